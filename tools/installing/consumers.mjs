import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'
import { consumers } from './consumers-table.mjs'

/** @typedef {import('./consumers-table.mjs').Consumer} Consumer */
/** @typedef {Readonly<Record<string, unknown>> & { readonly dependencies?: Readonly<Record<string, string>> }} Manifest */

const fixtures = ['consumers', 'installed'].map((name) => join(root, 'tools/fixtures', name))
const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

const env = { ...process.env, CI: 'true', NODE_OPTIONS: '' }

/** The names of the table. */
export const consumerNames = Object.keys(consumers)

/**
 * Tries a consumer of the table: a project of its own with exact versions and the tarball, or what a framework's own
 * program makes, installed, its commands run with the given Node. The last one answers 401 and 200, or passes its tests.
 *
 * @param {string} name
 * @param {{ readonly folder: string, readonly tarball: string, readonly node: string }} what where the project is made,
 *   what is installed, and the program that runs it
 * @returns {Promise<string | undefined>} what went wrong; nothing when all is well
 */
export async function tryConsumer(name, { folder, tarball, node }) {
  const consumer = consumers[name]
  if (consumer === undefined) throw new Error(`no consumer is called ${name}`)
  const { packages, manifest = {}, files, others = {}, commands, expected, starter } = consumer
  const place = join(folder, name.replaceAll(/\W+/g, '-'))
  mkdirSync(place, { recursive: true })
  /** @type {Manifest} */
  const own = { name: 'consumer', private: true, ...manifest }
  const made = starter && (await start(starter, place, node))
  if (made?.problem !== undefined) return made.problem
  const project = made?.project ?? place
  const base = made === undefined ? own : readManifest(project)
  const dependencies = { ...base.dependencies, ...packages, jotgate: `file:${tarball}` }
  writeManifest(project, { ...base, dependencies })
  copyFixtures(files, made === undefined ? project : join(project, 'src'))
  for (const [file, value] of Object.entries(others))
    writeFileSync(join(project, file), JSON.stringify(value))
  const installed = await install(project)
  if (installed !== undefined) return installed
  let printed = ''
  for (const command of commands) {
    const { code, output } = await run(node, command, { cwd: project, env })
    if (code !== 0) return `${command.join(' ')}: exit ${code}: ${lastLines(output)}`
    printed = output
  }
  return expected.test(printed) ? undefined : `it printed: ${lastLines(printed)}`
}

/**
 * Installs the program that makes projects, and lets it make one.
 *
 * @param {NonNullable<Consumer['starter']>} starter
 * @param {string} place
 * @param {string} node
 * @returns {Promise<{ readonly project: string, readonly problem?: string }>}
 */
async function start({ packages, command }, place, node) {
  const project = join(place, 'app')
  writeManifest(place, { private: true, dependencies: packages })
  const problem = await install(place)
  if (problem !== undefined) return { project, problem }
  const { code, output } = await run(node, [...command, 'app'], { cwd: place, env })
  return code === 0 && existsSync(join(project, 'package.json'))
    ? { project }
    : { project, problem: `${command.join(' ')}: exit ${code}: ${lastLines(output)}` }
}

/**
 * @param {readonly string[]} files
 * @param {string} target
 */
function copyFixtures(files, target) {
  for (const file of files) {
    const source = fixtures.map((folder) => join(folder, file)).find((path) => existsSync(path))
    if (source === undefined) throw new Error(`no fixture is called ${file}`)
    cpSync(source, join(target, file))
  }
}

/** @param {string} project @returns {Promise<string | undefined>} what went wrong */
async function install(project) {
  const { code, output } = await run('npm', ['install', ...flags], { cwd: project, env })
  return code === 0 ? undefined : `npm install: ${lastLines(output)}`
}

/** @param {string} project @returns {Manifest} */
function readManifest(project) {
  return JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
}

/** @param {string} project @param {Manifest} manifest */
function writeManifest(project, manifest) {
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
}

/** @param {string} output */
function lastLines(output) {
  return output.trim().split('\n').slice(-12).join(' | ')
}
