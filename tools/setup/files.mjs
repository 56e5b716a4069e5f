import { existsSync, readdirSync } from 'node:fs'

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
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => pattern.test(file) && !/(^|\/)(dist|node_modules|fixtures)\//.test(file))
    .map((file) => prefix + file)
    .sort()
}
