import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { installRuntimes } from '../tools/setup/runtimes.mjs'

// Runs the benchmark under other versions of Node: `node bench/other-nodes.mjs [22 24 …] [-- options of run.mjs]`,
// by default under 22 and 24 with `core --record`.

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {readonly string[]} argv */
async function main(argv) {
  const split = argv.indexOf('--')
  const majors = (split < 0 ? argv : argv.slice(0, split)).filter((each) => /^\d+$/.test(each))
  const options = split < 0 ? ['core', '--record'] : argv.slice(split + 1)
  const nodes = await installRuntimes(majors.length > 0 ? majors : ['22', '24'])
  const codes = Object.entries(nodes).map(([major, [node]]) => {
    process.stdout.write(`\nNode ${major}\n`)
    const { status } = spawnSync(node, [`${root}bench/run.mjs`, ...options], {
      cwd: root,
      stdio: 'inherit',
    })
    return status ?? 1
  })
  return Math.max(...codes)
}

process.exitCode = await main(process.argv.slice(2))
