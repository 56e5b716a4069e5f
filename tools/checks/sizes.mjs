import { readFileSync } from 'node:fs'
import { codeLines } from '../setup/code-lines.mjs'
import { filesBelow } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'

const most = { median: 120, largest: 300 }

/**
 * Files stay small: at the median 120 code lines at most, and none above 300.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function sizes() {
  const files = ['src', 'apps', 'tools']
    .flatMap((folder) => filesBelow(`${root}/${folder}`, /\.(tsx?|mjs)$/, `${folder}/`))
    .map((file) => ({ file, lines: codeLines(readFileSync(`${root}/${file}`, 'utf8')) }))
    .sort((a, b) => a.lines - b.lines)
  const median = files[Math.floor(files.length / 2)]?.lines ?? 0
  const largest = files.at(-1)?.lines ?? 0
  const problems = files
    .filter(({ lines }) => lines > most.largest)
    .map(({ file, lines }) => `${file} has ${lines} code lines, more than ${most.largest}`)
  if (median > most.median) problems.push(`the median of ${median} is above ${most.median}`)
  return Promise.resolve({ saw: { files: files.length, median, largest }, problems })
}
