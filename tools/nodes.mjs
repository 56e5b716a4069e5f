import './setup/node-version.mjs'
import { rmSync } from 'node:fs'
import process from 'node:process'
import { tryAllConsumers } from './installing/all-consumers.mjs'
import { makeProjects } from './installing/project.mjs'
import { tryAlone, trySubpaths } from './installing/try.mjs'
import { run } from './setup/run.mjs'
import { installRuntimes } from './setup/runtimes.mjs'

// `npm run test:nodes [-- 20 22 24 26 bun deno]`: the packed tarball used, imported and required under other versions of
// Node and other runtimes, which npm brings. `-- consumers`: in Jest, ts-jest, ts-node, each way of TypeScript's, bundlers
// and Nest's starters, under Node 20 and 22; the table is kept in test/results/.
if (process.argv.includes('consumers')) {
  process.exit(await tryAllConsumers(['20', '22']))
}
const names =
  process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24', '26', 'bun', 'deno']
const runtimes = await installRuntimes(names)
const { folder, alone, withPeers } = await makeProjects()
let failed = 0
try {
  for (const [name, runtime] of Object.entries(runtimes)) {
    const { output } = await run(runtime[0], ['--version'])
    const outcomes = [await tryAlone(alone, runtime), await trySubpaths(withPeers, runtime)]
    const problems = outcomes.flatMap((outcome) => outcome.problems)
    const tried = outcomes.reduce((sum, outcome) => sum + outcome.tried, 0)
    if (problems.length > 0) failed++
    const [version] = output.split('\n')
    console.log(
      `${problems.length === 0 ? '✓' : '✗'} ${/^\d+$/.test(name) ? `Node ${name}` : name} (${version}): ${tried} programs`,
    )
    for (const problem of problems) console.log(`    ${problem}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
