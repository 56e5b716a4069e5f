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
 * whose multiples are shown, the bare call unless it is said.
 *
 * @typedef {{
 *   readonly suite: string,
 *   readonly name: string,
 *   readonly note: string,
 *   readonly base?: string,
 *   readonly times: ReadonlyMap<string, readonly number[]>,
 * }} Measurement
 */

export {}
