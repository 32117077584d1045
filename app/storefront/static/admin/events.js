// Follows an event stream over fetch, which, unlike EventSource, can send the key as a header.

import { Problem, send } from "../common/http.js";
import { EventStream } from "./event-stream.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;
const TOO_MANY = 429;
const IN_TROUBLE = 500;
const NOTHING_MORE = 204;

/**
 * Calls `heard(event)` until it returns false, the server says that no more will come, or `signal` aborts. A stream that
 * breaks is taken up again after the last event; `lost(problem)` hears of each break. Raises Problem when asking again
 * cannot help.
 */
export async function follow(path, { signal, heard, lost }) {
  let lastId = "";
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
      const response = await send(path, { signal, headers, cache: "no-store" });
      if (response.status === NOTHING_MORE) return;
      for await (const event of eventsOf(response)) {
        wait = FIRST_WAIT_MS;
        lastId = event.id;
        if (heard(event) === false) return;
      }
    } catch (problem) {
      if (signal.aborted) return;
      if (final(problem)) throw problem;
      lost(problem);
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

/** Asking again helps where the network failed or the service is in trouble; a fault of this page stays one. */
const final = (problem) => !(problem instanceof Problem) || (problem.status > 0 && problem.status < IN_TROUBLE && problem.status !== TOO_MANY);

async function* eventsOf(response) {
  const stream = new EventStream();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(broken);
      if (done) return;
      yield* stream.push(value);
    }
  } finally {
    reader.cancel().catch(() => {}); // one that broke has nothing left to cancel
  }
}

function broken() {
  throw new Problem({ code: "offline" });
}

/** Resolves after `ms`, at once when `signal` aborts or the network is back. */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      removeEventListener("online", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    addEventListener("online", done);
  });
}
