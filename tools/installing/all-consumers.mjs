import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from '../setup/pack.mjs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'
import { installRuntimes } from '../setup/runtimes.mjs'
import { consumerNames, tryConsumer } from './consumers.mjs'

/**
 * Tries every consumer of the table under each of these versions of Node, prints the table and keeps it.
 *
 * @param {readonly string[]} majors
 * @returns {Promise<number>} an exit code
 */
export async function tryAllConsumers(majors) {
  const runtimes = await installRuntimes(majors)
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-consumers-'))
  /** @type {string[]} */
  const lines = []
  try {
    const { tarball } = await pack(folder)
    for (const [major, [node]] of Object.entries(runtimes)) {
      const { output } = await run(node, ['--version'])
      for (const name of consumerNames) {
        const problem = await tryConsumer(name, { folder: join(folder, major), tarball, node })
        const line = `${problem === undefined ? '✓' : '✗'} Node ${output.trim()}: ${name}`
        console.log(line)
        if (problem !== undefined) console.log(`    ${problem}`)
        lines.push(line)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const day = new Date().toISOString().slice(0, 10)
  mkdirSync(join(root, 'test/results'), { recursive: true })
  const log = `test/results/consumers-${day}.log`
  writeFileSync(join(root, log), `npm run test:nodes -- consumers\n\n${lines.join('\n')}\n`)
  console.log(`Log: ${log}`)
  return lines.length > 0 && lines.every((line) => line.startsWith('✓')) ? 0 : 1
}
