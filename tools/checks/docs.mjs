import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { readPage } from '../docs/page.mjs'
import { checkLinks, checkPaths, checkScripts } from '../docs/references.mjs'
import { compile, programs, snippetsOf } from '../docs/snippets.mjs'
import { filesBelow } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'
import { walks } from '../walks/table.mjs'

/** @typedef {import('../docs/page.mjs').Page} Page */

const plantedFolder = `${root}/tools/fixtures/docs`

/**
 * What the documents say is so: code compiles against the built package, JSON and YAML parse, links and paths lead
 * somewhere, and the commands exist.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function docs() {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...below('docs'),
    ...below('examples'),
  ]
  const known = await knownNames()
  const { saw, problems } = await look(root, pages, known)
  const planted = await look(plantedFolder, ['docs/planted.md', 'docs/true.md'], known)
  const expected = readFileSync(`${plantedFolder}/expected.txt`, 'utf8').trim().split('\n')
  const missed = expected.filter(
    (start) => !planted.problems.some((line) => line.startsWith(start)),
  )
  const extra = planted.problems.filter((line) => !expected.some((start) => line.startsWith(start)))
  return {
    saw: { ...saw, 'planted faults': expected.length },
    problems: [
      ...problems,
      ...missed.map((line) => `not caught though planted: ${line}`),
      ...extra.map((line) => `found though not planted: ${line}`),
    ],
  }
}

/** @param {string} folder */
function below(folder) {
  return filesBelow(`${root}/${folder}`, /\.md$/, `${folder}/`)
}

/** What can be said after `npm run`, and after the `--` of a script that has a table. */
async function knownNames() {
  /** @type {{ scripts: Record<string, string> }} */
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  const examples = readdirSync(`${root}/examples`, { withFileTypes: true })
  return {
    scripts: Object.keys(scripts),
    names: {
      check: readdirSync(`${root}/tools/checks`).map((file) => file.replace('.mjs', '')),
      example: examples.filter((entry) => entry.isDirectory()).map(({ name }) => name),
      bench: ['quick', 'json', 'record', ...(await usageNames('bench', /^suites: (.*)$/m))],
      fuzz: await usageNames('fuzz', /\[-- (.*) RUNS\]/),
      'test:faults': await usageNames('test:faults', /\[-- (.*)\]/),
      walks: Object.keys(walks),
    },
  }
}

/**
 * The names a script prints when it is given one that it does not know.
 *
 * @param {string} script
 * @param {RegExp} pattern
 */
async function usageNames(script, pattern) {
  const [, file = ''] = /node (\S+)$/.exec(scriptText(script)) ?? []
  const { output } = await run(process.execPath, [`${root}/${file}`, 'no-such-name'])
  const names = (pattern.exec(output)?.[1] ?? '').split(/[ ,|]+/)
  if (names.length < 2) throw new Error(`npm run ${script} does not say which names it knows`)
  return names
}

/** @param {string} script */
function scriptText(script) {
  return String(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).scripts[script])
}

/**
 * @param {string} folder the root that the pages' paths are from
 * @param {readonly string[]} paths
 * @param {Awaited<ReturnType<typeof knownNames>>} known
 */
async function look(folder, paths, known) {
  const pages = paths.map((path) => readPage(path, readFileSync(`${folder}/${path}`, 'utf8')))
  const ignored = await ignoredPaths(pages)
  const links = pages.map((page) => checkLinks(folder, page))
  const named = pages.map((page) => checkPaths(folder, page, (path) => ignored.has(path)))
  const scripts = pages.map((page) => checkScripts(page, known))
  const code = pages.map(snippetsOf)
  const snippets = code.flatMap((each) => each.snippets)
  const data = pages.map(checkData)
  return {
    saw: {
      pages: pages.length,
      'code blocks': snippets.length,
      ...counted('fragments', code.flatMap(({ fragments }) => fragments).length),
      'data blocks': data.reduce((sum, { blocks }) => sum + blocks, 0),
      links: links.reduce((sum, each) => sum + each.links, 0),
      paths: named.reduce((sum, each) => sum + each.paths, 0),
      commands: scripts.reduce((sum, each) => sum + each.scripts, 0),
    },
    problems: [
      ...[...links, ...named, ...scripts, ...code, ...data].flatMap((each) => each.problems),
      ...programs(snippets).flatMap(compile),
    ],
  }
}

/**
 * A count that may be 0.
 *
 * @param {string} what
 * @param {number} count
 * @returns {Record<string, number>}
 */
function counted(what, count) {
  return count === 0 ? {} : { [what]: count }
}

/**
 * Which of the paths the pages speak of git ignores.
 *
 * @param {readonly Page[]} pages
 * @returns {Promise<ReadonlySet<string>>}
 */
async function ignoredPaths(pages) {
  const texts = new Set(pages.flatMap(({ inlines }) => inlines.map(({ text }) => text)))
  const paths = [...texts].filter((text) => /^[\w.][\w@./-]*\/[\w@./-]*$/.test(text))
  const missing = paths.filter((path) => !path.includes('..') && !existsSync(`${root}/${path}`))
  const { output } = await run('git', ['check-ignore', '--', ...missing, 'node_modules'])
  return new Set(output.split('\n'))
}

/** @param {Page} page */
function checkData({ path, blocks }) {
  const data = blocks.filter(({ language }) => /^(json|yaml|yml)$/.test(language))
  const problems = data.flatMap(({ language, code, line }) => {
    const fault = language === 'json' ? jsonFault(code) : yamlFault(code)
    return fault === undefined ? [] : [`${path}:${line} is no ${language}: ${fault}`]
  })
  return { blocks: data.length, problems }
}

/** @param {string} code */
function jsonFault(code) {
  try {
    JSON.parse(code)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0] : String(error)
  }
}

/** @param {string} code */
function yamlFault(code) {
  const [fault] = parseAllDocuments(code).flatMap((document) => document.errors)
  return fault?.message.split('\n')[0]
}
