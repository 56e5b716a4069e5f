/**
 * The seed of all random tests: 1 in `npm test`, so that a run finds the same on every machine, and a test cannot fail
 * by bad luck. Long runs (`npm run fuzz`, `test:faults`) choose a new one and write it into their log; `SEED=7 npm test`
 * repeats one.
 *
 * @example const random = seeded(seed)
 */
export const seed = Number(process.env['SEED'] ?? 1)
