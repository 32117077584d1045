// The one place that knows what a page shows: a value, replaced whole, and those who want to hear of it.

export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  const listeners = new Set();

  function update(change) {
    const before = state;
    state = Object.freeze({ ...state, ...change });
    for (const listener of [...listeners]) listener(state, before);
  }

  /** Calls `listener(now, before)` after each change of any of `names`, until the function it returns is called. */
  function watch(names, listener) {
    const told = (now, before) => {
      if (names.some((name) => now[name] !== before[name])) listener(now, before);
    };
    listeners.add(told);
    return () => listeners.delete(told);
  }

  return { current: () => state, update, watch };
}
