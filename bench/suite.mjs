/**
 * What a suite is run with: how many different tokens, or routes, and for how long. `progress` takes the name of what is being
 * measured.
 *
 * @typedef {{
 *   readonly quick: boolean,
 *   readonly tokens: number,
 *   readonly effort: import('./measure.mjs').Effort,
 *   readonly progress: (name: string) => void,
 * }} Context
 */

/**
 * One thing measured: nanoseconds per operation of each contender, a figure for each round. `base` is the contender
 * whose multiples are shown, the bare call unless it is said. `unit` is what the figures are in the table, and how many of
 * what is in `times` make one: microseconds unless it is said.
 *
 * @typedef {{ readonly name: string, readonly of: number }} Unit
 * @typedef {{
 *   readonly suite: string,
 *   readonly name: string,
 *   readonly note: string,
 *   readonly base?: string,
 *   readonly unit?: Unit,
 *   readonly times: ReadonlyMap<string, readonly number[]>,
 * }} Measurement
 */

export {}
