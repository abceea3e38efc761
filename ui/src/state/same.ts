// Answers come as new objects each time. What did not change stays the object that it was, so that nothing is built anew
// for it.

/** What was there before, if it says the same. */
export const kept = <T>(before: T | undefined, now: T): T =>
  before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
