// A service that is busy for a moment says so and when to come back: nobody has to press a button for that.

const TRIES = 5;
const LONGEST_S = 5;

/** What `ask` gives. A 503 that says when to ask again was refused before anything was done, and is asked again then. */
export async function patiently(ask, signal) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (problem) {
      const soon = problem.status === 503 && problem.retryAfterS > 0 && problem.retryAfterS <= LONGEST_S;
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
