import './setup/node-version.mjs'
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/paths.mjs'
import { runTool } from './setup/run.mjs'

// `npm run fuzz [-- NAME… RUNS]`: random tests at length, all of the table or those named, a million
// runs each by default. The log, with seeds and figures, is kept in test/results/.
const table = {
  core: ['test/core/verify', 'test/core/keys/secrets.test.ts'],
  api: ['test/api-spec'],
}
const given = process.argv.slice(2)
const runs = given.find((each) => /^[1-9]\d*$/.test(each)) ?? '1000000'
const asked = given.filter((each) => each !== runs)
const names = asked.length === 0 ? Object.keys(table) : asked
const folders = Object.entries(table).flatMap(([name, own]) => (names.includes(name) ? own : []))
if (!names.every((name) => Object.hasOwn(table, name))) {
  console.error(`usage: npm run fuzz [-- ${Object.keys(table).join(' | ')} RUNS]`)
  process.exit(2)
}
const problem = (await install()) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
console.log(`${runs} runs of each random test in ${folders.join(' and ')}; this takes its time ...`)
const start = performance.now()
const args = ['run', '--no-color', '--disable-console-intercept', '--testTimeout=0', ...folders]
const { code, output } = await runTool('vitest/vitest.mjs', args, {
  env: { ...process.env, FUZZ_RUNS: runs },
})
const minutes = ((performance.now() - start) / 60_000).toFixed(1)
const day = new Date().toISOString().slice(0, 10)
const log = `${root}/test/results/fuzz-${names.join('-')}-${day}-node${process.versions.node.split('.')[0]}.log`
const head = [
  `npm run fuzz -- ${names.join(' ')} ${runs}`,
  `Node ${process.versions.node}, ${os.cpus()[0]?.model ?? 'unknown processor'}, ${minutes} minutes`,
]
mkdirSync(`${root}/test/results`, { recursive: true })
writeFileSync(log, `${head.join('\n')}\n\n${output.replaceAll(root, '.')}`)
console.log(output.split('\n').slice(-12).join('\n'))
console.log(`Log: ${log.slice(root.length + 1)}`)
process.exitCode = code
