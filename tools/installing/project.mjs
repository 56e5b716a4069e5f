import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from '../setup/pack.mjs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'

/** @typedef {Readonly<Record<'folder' | 'alone' | 'newest' | 'withPeers', string>>} Projects */

/**
 * Empty projects with the packed tarball installed, in a folder that the caller removes: `alone` has nothing else,
 * `newest` the types of the newest Node, `withPeers` what this repository has, frameworks and clients.
 *
 * @returns {Promise<Projects>}
 */
export async function makeProjects() {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-installed-'))
  const { tarball } = await pack(folder)
  const alone = join(folder, 'alone')
  makeProject(alone)
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await run('npm', ['install', ...flags, tarball], { cwd: alone })
  if (code !== 0) throw new Error(`npm install of the tarball failed: ${output.trim()}`)
  const [newest, withPeers] = [join(folder, 'newest'), join(folder, 'with-peers')]
  for (const project of [newest, withPeers]) {
    makeProject(project)
    const own = join(project, 'node_modules/jotgate')
    cpSync(join(alone, 'node_modules/jotgate'), own, { recursive: true })
  }
  linkPeers(withPeers)
  // What a strict project of TypeScript has beside: the types of Node.
  linkPackage(alone, '@types/node')
  linkPackage(alone, 'undici-types')
  linkPackage(newest, '@types/node', 'tools/node_modules/types-node-26')
  return { folder, alone, newest, withPeers }
}

/** @param {string} project */
function makeProject(project) {
  mkdirSync(project, { recursive: true })
  cpSync(join(root, 'tools/fixtures/installed'), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
}

/** @param {string} project */
function linkPeers(project) {
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('.') || name === 'jotgate') continue
    linkPackage(project, name)
  }
}

/**
 * @param {string} project
 * @param {string} name of a package, or a scope
 * @param {string} [from] where it lies in this repository, if elsewhere
 */
function linkPackage(project, name, from = `node_modules/${name}`) {
  const target = join(project, 'node_modules', name)
  const source = join(root, from)
  if (existsSync(target) || !existsSync(source)) return
  mkdirSync(join(target, '..'), { recursive: true })
  symlinkSync(source, target)
}
