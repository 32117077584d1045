// Money, shares and the shop's vocabulary in the shopper's language.

import { formatter } from "../common/format.js";
import { current } from "./state.js";

export const { tag, money, share, decimal, list, moment, word, colouredKind, learnWords } = formatter(() => current().locale);
