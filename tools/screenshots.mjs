import process from 'node:process'
import { build } from './setup/build.mjs'
import { runTool } from './setup/run.mjs'

// `npm run screenshots`: writes docs/images anew, by the browser tests of the console.
const problem = await build()
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
process.env['SCREENSHOTS'] = 'write'
const { code } = await runTool('vitest/vitest.mjs', ['run', 'test/console/walk.test.ts'], {
  show: true,
})
process.exitCode = code
