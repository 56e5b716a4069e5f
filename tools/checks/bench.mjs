import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'

/**
 * The token core is not slower than its bars by more than a factor, and not slower than a library it is compared with.
 * Ratios of one short run, never times: a busy machine slows all that it measures.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function bench() {
  const file = `${root}/node_modules/.jotgate/bench.json`
  mkdirSync(`${root}/node_modules/.jotgate`, { recursive: true })
  rmSync(file, { force: true })
  const { code, output } = await run(process.execPath, [
    `${root}/bench/run.mjs`,
    ...['core', '--quick', '--json', file],
  ])
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return {
    saw: { ratios: code === 0 || code === 1 ? JSON.parse(readFileSync(file, 'utf8')).length : 0 },
    problems: code === 0 ? [] : lines.slice(-20),
  }
}
