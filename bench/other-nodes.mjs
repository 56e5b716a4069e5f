import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

// Runs the benchmark under other versions of Node: `node bench/other-nodes.mjs [22 24 …] [-- options of run.mjs]`,
// by default under 22 and 24 with `core --record`. The binaries come from npm, without install scripts, into a folder
// that git ignores.

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.cache/nodes')

/** @param {readonly string[]} argv */
function main(argv) {
  const split = argv.indexOf('--')
  const majors = (split < 0 ? argv : argv.slice(0, split)).filter((each) => /^\d+$/.test(each))
  const versions = majors.length > 0 ? majors : ['22', '24']
  const options = split < 0 ? ['core', '--record'] : argv.slice(split + 1)
  if (install(versions) !== 0) return 1
  const codes = versions.map((major) => {
    const node = join(folder, 'node_modules', `node${major}`, 'bin', 'node')
    process.stdout.write(`\nNode ${major}\n`)
    const { status } = spawnSync(node, [join(root, 'bench/run.mjs'), ...options], inherited)
    return status ?? 1
  })
  return Math.max(...codes)
}

/** @type {import('node:child_process').SpawnSyncOptions} */
const inherited = { cwd: root, stdio: 'inherit' }

/** @param {readonly string[]} majors */
function install(majors) {
  mkdirSync(folder, { recursive: true })
  // Without a package.json of its own npm would take the folder for a part of the workspace above it.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const packages = majors.map(
    (major) => `node${major}@npm:node-${platform}-${process.arch}@${major}`,
  )
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock']
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', folder, ...flags, ...packages],
    inherited,
  )
  if (status !== 0) process.stderr.write('the versions of Node could not be installed\n')
  return status ?? 1
}

process.exitCode = main(process.argv.slice(2))
