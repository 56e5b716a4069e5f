import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { entryPoints } from '../setup/entry-points.mjs'
import { root } from '../setup/paths.mjs'
import { difference, publicExports } from '../setup/public-exports.mjs'

const snapshotFile = `${root}/test/exports.snapshot.json`

/**
 * The public names are those of test/exports.snapshot.json: a change of them is seen in review.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function exports() {
  const entries = entryPoints()
  const present = entries.filter(({ exists }) => exists)
  const now = publicExports(present)
  const missing = entries
    .filter(({ exists }) => !exists)
    .map(({ subpath, source }) => `${subpath} of package.json has no ${source}`)
  const empty = Object.entries(now)
    .filter(([, { values }]) => values.length === 0)
    .map(([subpath]) => `${subpath} exports no value`)
  const changed = difference(readSnapshot(), now)
  if (changed.length > 0) changed.push('meant so? then run: npm run exports:update')
  const names = Object.values(now).reduce((sum, { values, types }) => {
    return sum + values.length + types.length
  }, 0)
  const saw = { subpaths: present.length, names }
  return Promise.resolve({ saw, problems: [...missing, ...empty, ...changed] })
}

/** Writes the snapshot anew, and returns what changed in it. */
export function updateSnapshot() {
  const before = readSnapshot()
  const now = publicExports(entryPoints().filter(({ exists }) => exists))
  writeFileSync(snapshotFile, `${JSON.stringify(now, null, 2)}\n`)
  return difference(before, now)
}

/** @returns {import('../setup/public-exports.mjs').Exports} */
function readSnapshot() {
  return existsSync(snapshotFile) ? JSON.parse(readFileSync(snapshotFile, 'utf8')) : {}
}
