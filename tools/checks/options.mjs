import { readFileSync } from 'node:fs'
import { factories } from '../options/factories.mjs'
import { optionsPage } from '../options/page.mjs'
import { filesBelow } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'

/**
 * `docs/options.md` is what the tables of options say, docstrings agree with them, and no table is left out.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function options() {
  const { page, problems, options: count } = await optionsPage()
  const listed = new Set(factories.map(({ file, table }) => `${file} ${table}`))
  const tables = filesBelow(`${root}/src`, /\.ts$/, 'src/').flatMap(tablesIn)
  const inDocs = normal(readFileSync(`${root}/docs/options.md`, 'utf8')) === normal(page)
  return {
    saw: { factories: factories.length, options: count, tables: tables.length },
    problems: [
      ...problems,
      ...tables.filter((table) => !listed.has(table)).map((table) => `${table} is not listed`),
      ...(inDocs ? [] : ['docs/options.md is not what the tables say: npm run docs:options']),
    ],
  }
}

/**
 * The exported tables of a file, as `FILE NAME`.
 *
 * @param {string} file
 */
function tablesIn(file) {
  const text = readFileSync(`${root}/${file}`, 'utf8')
  return [...text.matchAll(/^export const (\w+Table)\b/gm)]
    .map(([, name]) => `${file} ${name}`)
    .filter((table) => !/ (issuerTable|errorTable)$/.test(table))
}

/**
 * Without the padding that the formatter gives to tables.
 *
 * @param {string} text
 */
function normal(text) {
  return text.replace(/ +/g, ' ').replace(/-+/g, '-').trim()
}
