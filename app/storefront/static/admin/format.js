// Numbers, money, times and the taxonomy's words in the merchandiser's language.

import { formatter } from "../common/format.js";
import { current } from "./state.js";

export const { tag, wordsOf, number, money, share, list, word, learnWords, moment, duration, bytes } = formatter(() => current().locale);
