import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { BaseSequencer } from 'vitest/node'
import { root } from '../setup/paths.mjs'

/** @type {Readonly<Record<string, number>>} */
const known = JSON.parse(readFileSync(`${root}/tools/testing/seconds.json`, 'utf8'))

/**
 * How long a test file takes on a quiet machine, in seconds, as `npm run seconds:update` wrote it down; 1 for one that
 * is short or new.
 *
 * @param {string} file path from the root
 */
export function secondsOf(file) {
  return known[file] ?? 1
}

/** Starts the slowest files first, in a fresh clone too: the workers end together, and none waits for one long file. */
export class SlowestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    const sorted = await super.sort(files)
    const time = (/** @type {import('vitest/node').TestSpecification} */ { moduleId }) =>
      secondsOf(relative(root, moduleId))
    return sorted.sort((one, other) => time(other) - time(one))
  }
}
