import './setup/node-version.mjs'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { longRun } from './setup/long-run.mjs'
import { besideBusy } from './testing/busy.mjs'
import { runTests } from './testing/run-tests.mjs'

// `npm run test:loaded [-- FILE…]`: the whole suite, or the named files, beside processes that keep every core busy. A
// test that waits for a clock fails here. A whole run keeps its log in test/results/.
const files = process.argv.slice(2)
process.exitCode = files.length === 0 ? await wholeRun() : await partialRun()

function wholeRun() {
  const command = 'npm run test:loaded'
  return besideBusy(() => longRun({ command, name: 'loaded', files: ['test'], args: [] }))
}

async function partialRun() {
  const problem = (await install()) ?? (await build())
  if (problem !== undefined) {
    console.error(problem)
    return 1
  }
  const { passed, failed, problems } = await besideBusy(() => runTests(files))
  for (const line of problems) console.error(`✗ ${line}`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}
