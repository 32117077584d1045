// The console's strings in the merchandiser's language.

import { language } from "../common/language.js";
import { number, tag } from "./format.js";
import { current, update, watch } from "./state.js";
import { EN } from "./strings-en.js";
import { ZH } from "./strings-zh.js";

export const { t, has, problemText, startLanguage, chooseLanguage } = language({ en: EN, zh: ZH }, { current, update, watch }, tag);

/** `t` for so many of something: English says one thing otherwise. */
export const counted = (name, count) => t(count === 1 ? `${name}_one` : name, { count: number(count) });
