import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'
import { consumers } from './consumers-table.mjs'

/** @typedef {import('./consumers-table.mjs').Consumer} Consumer */

const fixtures = ['consumers', 'installed'].map((name) => join(root, 'tools/fixtures', name))
const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

/** The names of the table. */
export const consumerNames = Object.keys(consumers)

/**
 * Tries a consumer of the table: a project of its own with exact versions and the tarball, installed, its commands run
 * with the given Node. The last one answers 401 and 200, or passes its tests.
 *
 * @param {string} name
 * @param {{ readonly folder: string, readonly tarball: string, readonly node: string }} what where the project is made,
 *   what is installed, and the program that runs it
 * @returns {Promise<string | undefined>} what went wrong; nothing when all is well
 */
export async function tryConsumer(name, { folder, tarball, node }) {
  const consumer = consumers[name]
  if (consumer === undefined) throw new Error(`no consumer is called ${name}`)
  const { packages, manifest = {}, files, others = {}, commands, expected } = consumer
  const project = join(folder, name.replaceAll(/\W+/g, '-'))
  mkdirSync(project, { recursive: true })
  const dependencies = { ...packages, jotgate: `file:${tarball}` }
  const text = JSON.stringify({ name: 'consumer', private: true, ...manifest, dependencies })
  writeFileSync(join(project, 'package.json'), text)
  for (const file of files) {
    const source = fixtures.map((folder) => join(folder, file)).find((path) => existsSync(path))
    if (source === undefined) throw new Error(`no fixture is called ${file}`)
    cpSync(source, join(project, file))
  }
  for (const [file, value] of Object.entries(others))
    writeFileSync(join(project, file), JSON.stringify(value))
  const env = { ...process.env, CI: 'true', NODE_OPTIONS: '' }
  const installed = await run('npm', ['install', ...flags], { cwd: project, env })
  if (installed.code !== 0) return `npm install: ${lastLines(installed.output)}`
  let printed = ''
  for (const command of commands) {
    const { code, output } = await run(node, command, { cwd: project, env })
    if (code !== 0) return `${command.join(' ')}: exit ${code}: ${lastLines(output)}`
    printed = output
  }
  return expected.test(printed) ? undefined : `it printed: ${lastLines(printed)}`
}

/** @param {string} output */
function lastLines(output) {
  return output.trim().split('\n').slice(-12).join(' | ')
}
