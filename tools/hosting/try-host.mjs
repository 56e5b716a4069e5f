import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'

/** @typedef {import('./table.mjs').Host} Host */

/**
 * @typedef {object} Tried
 * @property {string} name the package and the version that was installed
 * @property {string} said what the program answered
 * @property {string} [problem] nothing when it is as expected
 */

/** @typedef {{ folder: string, tarball: string, node: readonly string[], env: NodeJS.ProcessEnv }} Place */

/**
 * Installs a host as an application has it, and the packed tarball into the same project, as its user would; then runs
 * a program there that is refused without a token and admitted with one.
 *
 * @param {Host} host
 * @param {Place} place `folder`: an empty one; `node`: what runs a program
 * @returns {Promise<Tried>}
 */
export async function tryHost(host, place) {
  const { folder, tarball } = place
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const [wanted = ''] = host.packages
  for (const packages of [host.packages, [tarball]]) {
    const problem = await npmInstall(folder, packages)
    if (problem !== undefined) return { name: wanted, said: 'not installed', problem }
  }
  const name = installedName(folder, wanted)
  const said = await runProgram(host, place)
  if (host.refused === undefined)
    return said === '401 200' ? { name, said } : { name, said, problem: said }
  return host.refused.test(said)
    ? { name, said: 'refused, and says so' }
    : { name, said, problem: `was to be refused: ${said}` }
}

/**
 * @param {string} cwd
 * @param {readonly string[]} packages
 */
async function npmInstall(cwd, packages) {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await run('npm', ['install', ...flags, ...packages], { cwd })
  if (code === 0 && !output.includes('ERESOLVE')) return undefined
  return `npm install ${packages.join(' ')}: exit ${code}: ${firstLines(output)}`
}

/**
 * @param {string} folder
 * @param {string} wanted such as `express@4`
 */
function installedName(folder, wanted) {
  const name = wanted.slice(0, wanted.lastIndexOf('@'))
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')
  return `${name} ${JSON.parse(manifest).version}`
}

/**
 * @param {Host} host
 * @param {Place} place
 * @returns {Promise<string>} `401 200`, or what went wrong
 */
async function runProgram({ example, program }, { folder, node: [command = '', ...args], env }) {
  if (example !== undefined) {
    cpSync(join(root, 'examples', example), folder, { recursive: true })
    return askExample(command, { args: [...args, 'server.mjs'], folder, env })
  }
  cpSync(join(root, 'tools/fixtures/hosts'), folder, { recursive: true })
  const { output } = await run(command, [...args, `${program}.mjs`], { cwd: folder, env })
  const last = output.trim().split('\n').at(-1) ?? ''
  return /^\d+ \d+$/.test(last) ? last : firstLines(output)
}

/**
 * Starts an example, and asks with the command that it prints: once without the token, once with it.
 *
 * @param {string} command
 * @param {{ args: readonly string[], folder: string, env: NodeJS.ProcessEnv }} options
 */
async function askExample(command, { args, folder, env }) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors = child.stderr.setEncoding('utf8').toArray()
  try {
    for await (const line of createInterface(child.stdout)) {
      const [, header = '', url = ''] = /-H 'Authorization: ([^']+)' (\S+)/.exec(line) ?? []
      const isJson = line.includes('--json')
      const statuses = [await ask(url, { isJson }), await ask(url, { isJson, header })]
      const unknown = await ask(new URL('/no/such/path', url).href, { isJson: false })
      return unknown === 401 || isJson
        ? statuses.join(' ')
        : `${statuses.join(' ')}, and an unknown path is ${unknown}`
    }
    return firstLines((await errors).join(''))
  } finally {
    if (child.exitCode === null) {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    }
  }
}

/**
 * @param {string} url
 * @param {{ isJson: boolean, header?: string }} options
 */
async function ask(url, { isJson, header }) {
  const headers = {
    ...(header !== undefined && { authorization: header }),
    ...(isJson && { 'content-type': 'application/json' }),
  }
  const body = isJson ? '{}' : null
  const response = await fetch(url, { method: isJson ? 'POST' : 'GET', headers, body })
  return response.status
}

/** @param {string} output */
function firstLines(output) {
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !/^\s*(at |$)/.test(line))
  return lines.slice(0, 8).join(' | ')
}
