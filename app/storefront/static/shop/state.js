// What the shop's page shows.

import { createStore } from "../common/store.js";

/**
 * phase: "home" | "loading" | "ready" | "error"
 * photo: {file, url, name} or null; asked: what was last sent, so that it can be sent again
 * shopper: {id, token, said: {item id: "like" | "dislike"}}, or null for a stranger; tasteProblem: why that failed
 * answerPhoto: address of the photo that the answer is about; heat: {id, url, title} of the piece it is marked for
 */
const initial = { phase: "home", locale: "en", photo: null, asked: null, answer: null, answerPhoto: null, heat: null, problem: null, shopper: null, tasteProblem: null };

export const { current, update, watch } = createStore(initial);
