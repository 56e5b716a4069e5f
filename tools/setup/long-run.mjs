import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import process from 'node:process'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { root } from './paths.mjs'
import { runTool } from './run.mjs'

/**
 * A long run, such as that of random and fault tests: runs test files with the variables of the environment that ask
 * for it, shows how far they are, and keeps the log, with seeds and figures, in test/results/.
 *
 * @param {object} run
 * @param {string} run.command what the user typed, for the log
 * @param {string} run.name what the log is called after
 * @param {readonly string[]} run.files test files and folders
 * @param {Readonly<Record<string, string>>} [run.env] none by default
 * @param {readonly string[]} [run.args] vitest's; no test has a time limit by default
 * @returns {Promise<number>} an exit code
 */
export async function longRun({ command, name, files, env = {}, args = ['--testTimeout=0'] }) {
  const problem = (await install()) ?? (await build())
  if (problem !== undefined) {
    console.error(problem)
    return 1
  }
  console.log(`${command}: ${files.join(' and ')}; this takes its time ...`)
  const start = performance.now()
  const seed = process.env['SEED'] ?? String(Date.now() % 2 ** 31)
  const progress = setInterval(() => {
    console.log(`  ${minutesSince(start)} minutes`)
  }, 60_000)
  const common = ['run', '--no-color', '--disable-console-intercept']
  const { code, output } = await runTool('vitest/vitest.mjs', [...common, ...args, ...files], {
    env: { ...process.env, SEED: seed, ...env },
  })
  clearInterval(progress)
  const day = new Date().toISOString().slice(0, 10)
  const [major] = process.versions.node.split('.')
  const log = `test/results/${name}-${day}-node${major}.log`
  const head = [
    `${command} (SEED=${seed})`,
    `Node ${process.versions.node}, ${os.cpus()[0]?.model ?? 'unknown processor'}, ${minutesSince(start)} minutes`,
  ]
  mkdirSync(`${root}/test/results`, { recursive: true })
  writeFileSync(`${root}/${log}`, `${head.join('\n')}\n\n${output.replaceAll(root, '.')}`)
  console.log(output.split('\n').slice(-12).join('\n'))
  console.log(`Log: ${log}`)
  return code
}

/** @param {number} start */
function minutesSince(start) {
  return ((performance.now() - start) / 60_000).toFixed(1)
}
