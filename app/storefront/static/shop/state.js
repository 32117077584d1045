// The one place that knows what the page shows: a value, replaced whole, and those who want to hear of it.

/**
 * phase: "home" | "loading" | "ready" | "error"
 * photo: {file, url, name} or null; asked: what was last sent, so that it can be sent again
 * shopper: {id, token, said: {item id: "like" | "dislike"}}, or null for a stranger; tasteProblem: why that failed
 * answerPhoto: address of the photo that the answer is about; heat: {id, url, title} of the piece it is marked for
 */
const initial = { phase: "home", locale: "en", photo: null, asked: null, answer: null, answerPhoto: null, heat: null, problem: null, shopper: null, tasteProblem: null };

let state = Object.freeze({ ...initial });
const listeners = new Set();

export const current = () => state;

export function update(change) {
  const before = state;
  state = Object.freeze({ ...state, ...change });
  for (const listener of listeners) listener(state, before);
}

/** Calls `listener(now, before)` after each change of any of `names`. */
export function watch(names, listener) {
  listeners.add((now, before) => {
    if (names.some((name) => now[name] !== before[name])) listener(now, before);
  });
}
