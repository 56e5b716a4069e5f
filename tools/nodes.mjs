import './setup/node-version.mjs'
import { rmSync } from 'node:fs'
import process from 'node:process'
import { tryAllConsumers } from './installing/all-consumers.mjs'
import { makeProjects } from './installing/project.mjs'
import { tryAlone, trySubpaths } from './installing/try.mjs'
import { longRun } from './setup/long-run.mjs'
import { run } from './setup/run.mjs'
import { installRuntimes } from './setup/runtimes.mjs'

// `npm run test:nodes [-- 20 22 24 26 bun deno]`: the packed tarball used, imported and required under other versions of
// Node and other runtimes, which npm brings. `-- consumers`: in Jest, ts-jest, ts-node, each way of TypeScript's, bundlers
// and Nest's starters, under Node 20 and 22; the table is kept in test/results/. `-- clients`: a generated client, which makes
// every kind of call; its log is kept too.
if (process.argv.includes('consumers')) {
  process.exit(await tryAllConsumers(['20', '22']))
}
if (process.argv.includes('clients')) {
  const others = await installRuntimes(['20', '22', '24', 'bun', 'deno'])
  const code = await longRun({
    command: 'npm run test:nodes -- clients',
    name: 'clients',
    files: ['test/api-spec/generate/whole-runtimes.test.ts'],
    env: { CLIENT_RUNTIMES: JSON.stringify(await withVersions(others)) },
    args: ['--reporter=verbose'],
  })
  process.exit(code)
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

/**
 * @param {Readonly<Record<string, import('./setup/runtimes.mjs').Runtime>>} others
 * @returns {Promise<Readonly<Record<string, import('./setup/runtimes.mjs').Runtime>>>} by names with versions
 */
async function withVersions(others) {
  const named = Object.entries(others).map(async ([name, runtime]) => {
    const { output } = await run(runtime[0], ['--version'])
    const version = /\d+\.\d+\.\d+/.exec(output)?.[0] ?? 'of no version'
    return /** @type {const} */ ([`${/^\d+$/.test(name) ? 'Node' : name} ${version}`, runtime])
  })
  return Object.fromEntries(await Promise.all(named))
}
