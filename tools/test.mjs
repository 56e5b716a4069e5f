import './setup/node-version.mjs'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { raiseFloor, runTests } from './testing/run-tests.mjs'

// `npm test`: from a fresh clone to a counted test run. Arguments go to vitest
// (`npm test -- test/core`); `--raise-floor` alone records the number of tests as the new least.
const args = process.argv.slice(2)
const raising = args[0] === '--raise-floor'
const problem = (await install()) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
const { passed, failed, problems } = await runTests(raising ? [] : args)
for (const line of problems) console.error(`✗ ${line}`)
if (raising && failed === 0 && raiseFloor(passed)) console.log('test/floor.json was raised.')
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
