import './setup/node-version.mjs'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { runTests } from './testing/run-tests.mjs'

// `npm test`: from a fresh clone to a counted test run. Arguments go to vitest: `npm test -- test/token`.
const problem = (await install(['test', 'bench'])) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
const { passed, failed, problems } = await runTests(process.argv.slice(2))
for (const line of problems) console.error(`✗ ${line}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
