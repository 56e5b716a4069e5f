import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'
import { root } from '../setup/paths.mjs'

/**
 * The file itself and every file that it imports, directly or not, type imports included.
 *
 * @param {string} entry path from the root
 * @returns {readonly { readonly file: string, readonly lines: number }[]} by path
 */
export function importClosure(entry) {
  /** @type {Map<string, number>} */
  const lines = new Map()
  const open = [entry]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (lines.has(file)) continue
    const text = readFileSync(`${root}/${file}`, 'utf8')
    lines.set(file, text.split('\n').length - 1)
    open.push(...importsOf(file, text))
  }
  return [...lines].map(([file, count]) => ({ file, lines: count })).sort(byFile)
}

/**
 * @param {string} file
 * @param {string} text
 */
function importsOf(file, text) {
  const { importedFiles } = ts.preProcessFile(text)
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'))
}

/**
 * @param {{ readonly file: string }} a
 * @param {{ readonly file: string }} b
 */
function byFile(a, b) {
  return a.file < b.file ? -1 : 1
}
