import './setup/node-version.mjs'
import process from 'node:process'
import { longRun } from './setup/long-run.mjs'

// `npm run fuzz [-- NAME… RUNS]`: random tests at length, all of the table or those named, a million
// runs each by default.
const table = {
  core: ['test/token/verify', 'test/key/strength/secrets.test.ts'],
  api: ['test/api-spec'],
  jwks: ['test/key-sources/remote/lying-server.test.ts'],
}
const given = process.argv.slice(2)
const runs = given.find((each) => /^[1-9]\d*$/.test(each)) ?? '1000000'
const asked = given.filter((each) => each !== runs)
const names = asked.length === 0 ? Object.keys(table) : asked
if (!names.every((name) => Object.hasOwn(table, name))) {
  console.error(`usage: npm run fuzz [-- ${Object.keys(table).join(' | ')} RUNS]`)
  process.exit(2)
}
process.exitCode = await longRun({
  command: `npm run fuzz -- ${names.join(' ')} ${runs}`,
  name: `fuzz-${names.join('-')}`,
  files: Object.entries(table).flatMap(([name, own]) => (names.includes(name) ? own : [])),
  env: { FUZZ_RUNS: runs },
})
