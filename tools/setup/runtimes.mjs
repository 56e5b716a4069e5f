import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './paths.mjs'
import { run } from './run.mjs'

const folder = join(root, '.cache/runtimes')
const platform = process.platform === 'win32' ? 'win' : process.platform

/** @typedef {readonly [program: string, ...args: string[]]} Runtime what runs a program, before its file's name */

/** @type {Readonly<Record<string, { readonly package: string, readonly command: readonly string[] }>>} */
const others = {
  bun: {
    package: `@oven/bun-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
    command: ['bin/bun'],
  },
  deno: {
    package: `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`,
    command: ['deno', 'run', '--allow-all'],
  },
}

/**
 * Installs other versions of Node, and other runtimes, from npm, without install scripts, into a folder that git ignores.
 *
 * @param {readonly string[]} names majors of Node, `bun`, `deno`
 * @returns {Promise<Readonly<Record<string, Runtime>>>}
 * @example const { 22: node, bun } = await installRuntimes(['22', 'bun'])
 */
export async function installRuntimes(names) {
  mkdirSync(folder, { recursive: true })
  // Without a package.json of its own npm would take the folder for a part of the workspace above it.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const packages = names.map((name) =>
    name in others
      ? `${name}-runtime@npm:${others[name]?.package}`
      : `node${name}@npm:node-${platform}-${process.arch}@${name}`,
  )
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock']
  const { code } = await run('npm', ['install', '--prefix', folder, ...flags, ...packages], {
    show: true,
  })
  if (code !== 0) throw new Error(`could not be installed: ${names.join(', ')}`)
  return Object.fromEntries(names.map((name) => [name, runtime(name)]))
}

/**
 * @param {string} name
 * @returns {Runtime}
 */
function runtime(name) {
  const other = others[name]
  const [program = 'bin/node', ...args] = other?.command ?? []
  const installed = other === undefined ? `node${name}` : `${name}-runtime`
  const file = join(folder, 'node_modules', installed, program)
  // Some are packed without the right to be run, which their install script would give.
  chmodSync(file, 0o755)
  return [file, ...args]
}
