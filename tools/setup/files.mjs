import { existsSync, readdirSync } from 'node:fs'

const skipped = ['.cache', 'dist', 'node_modules', 'fixtures']

/**
 * The files below a folder, compiled and installed ones left out.
 *
 * @param {string} folder absolute; one that does not exist has no files
 * @param {RegExp} pattern what the path from the folder must match
 * @param {string} [prefix] put before each path; none by default
 * @returns {string[]} paths from the folder
 */
export function filesBelow(folder, pattern, prefix = '') {
  if (!existsSync(folder)) return []
  return walk(folder, '')
    .filter((file) => pattern.test(file))
    .map((file) => prefix + file)
    .sort()
}

/**
 * @param {string} folder
 * @param {string} prefix
 * @returns {string[]}
 */
function walk(folder, prefix) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = prefix + entry.name
    if (!entry.isDirectory()) return [path]
    return skipped.includes(entry.name) ? [] : walk(`${folder}/${entry.name}`, `${path}/`)
  })
}
