// A service that is busy for a moment says so and when to come back: nobody has to press a button for that.

const TRIES = 5;
const LONGEST_S = 5;
const REFUSED = [429, 503];

/** What `ask` gives. Who is refused and told when to ask again was refused before anything was done, and asks then. */
export async function patiently(ask, signal) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (problem) {
      const soon = REFUSED.includes(problem.status) && problem.retryAfterS > 0 && problem.retryAfterS <= LONGEST_S;
      if (!soon || tried === TRIES) throw problem;
      // Not all who were refused together come back together.
      await pause((problem.retryAfterS + Math.random()) * 1000, signal);
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
