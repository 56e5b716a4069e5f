import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { readPage } from './page.mjs'

/** @typedef {import('./page.mjs').Page} Page */

/**
 * Links of a page that lead nowhere: to a file that is not there, or to a heading that a page does not have.
 *
 * @param {string} root the folder that paths are from
 * @param {Page} page
 * @returns {{ links: number, problems: readonly string[] }}
 */
export function checkLinks(root, page) {
  const own = page.links.filter(({ target }) => !/^([a-z][a-z+.-]*:|\/\/)/i.test(target))
  const problems = own.flatMap(({ target, line }) => {
    const [file = '', anchor] = target.split('#').map(decodeURIComponent)
    const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file)
    const at = `${page.path}:${line}`
    if (path.startsWith('../') || !existsSync(`${root}/${path}`))
      return [`${at} links to ${target}, which is not there`]
    if (anchor === undefined) return []
    const there = path === page.path ? page : readPageAt(root, path)
    return there.anchors.has(anchor) ? [] : [`${at} links to ${target}, but there is no #${anchor}`]
  })
  return { links: own.length, problems }
}

/**
 * @param {string} root
 * @param {string} path
 */
function readPageAt(root, path) {
  return readPage(path, path.endsWith('.md') ? readFileSync(`${root}/${path}`, 'utf8') : '')
}

/** What looks like a path in this repository. */
const pathLike = /^(?:docs|src|test|bench|apps|examples|deploy|tools|\.ci)\/[\w@./-]*$/

/**
 * Paths in `inline code` that are not there. A file that a block of the page is called by `file=…` is there;
 * `NAME`, `DATE` and `MAJOR` stand for something; what git ignores is made later.
 *
 * @param {string} root
 * @param {Page} page
 * @param {(path: string) => boolean} isIgnored whether git ignores a path
 * @returns {{ paths: number, problems: readonly string[] }}
 */
export function checkPaths(root, page, isIgnored) {
  const own = page.blocks.flatMap(({ info }) =>
    info.flatMap((word) => /^file=(.*)$/.exec(word)?.[1] ?? []),
  )
  const paths = page.inlines.filter(
    ({ text }) => pathLike.test(text) && !/NAME|DATE|MAJOR/.test(text),
  )
  const problems = paths
    .filter(({ text }) => !existsSync(`${root}/${text}`) && !own.includes(text) && !isIgnored(text))
    .map(({ text, line }) => `${page.path}:${line} speaks of ${text}, which is not there`)
  return { paths: paths.length, problems }
}

/**
 * Scripts that a page tells to run and package.json does not have, and names after `--` that are not in the script's
 * table.
 *
 * @param {Page} page
 * @param {{ scripts: readonly string[], names: Readonly<Record<string, readonly string[]>> }} known
 * @returns {{ scripts: number, problems: readonly string[] }}
 */
export function checkScripts(page, { scripts, names }) {
  const found = [...page.text.matchAll(/\bnpm run ([\w:-]+)(?: -- ([\w -]+))?/g)]
  const problems = found.flatMap(({ 1: script = '', 2: given = '', index }) => {
    const at = `${page.path}:${page.text.slice(0, index).split('\n').length}`
    if (!scripts.includes(script)) return [`${at} runs ${script}, which package.json does not have`]
    const words = given.split(' ').filter((word) => /^[a-z]/.test(word))
    return words
      .filter((word) => names[script] && !names[script].includes(word))
      .map((word) => `${at} runs ${script} -- ${word}, which it does not know`)
  })
  return { scripts: found.length, problems }
}
