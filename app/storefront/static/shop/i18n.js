// The shop's strings in the shopper's language.

import { language } from "../common/language.js";
import { tag } from "./format.js";
import { current, update, watch } from "./state.js";
import { STRINGS } from "./strings.js";

export const { t, has, problemText, startLanguage, chooseLanguage } = language(STRINGS, { current, update, watch }, tag);
