import './setup/node-version.mjs'
import process from 'node:process'
import { longRun } from './setup/long-run.mjs'

// `npm run test:faults [-- NAME…]`: the long form of the fault tests, all of the table or those named. A test asks
// `amount({ short, full })` of test/setup/amount.ts how much of it to run.
/** @type {Readonly<Record<string, readonly string[]>>} */
const table = {
  adapters: ['test/adapters/contract.test.ts'],
  rotation: ['test/key-sources/ring/rotation.test.ts'],
  race: ['test/stores/processes.test.ts'],
  hang: ['test/stores/faults-hang.test.ts'],
  replies: ['test/stores/lost-replies.test.ts', 'test/service/lost-replies.test.ts'],
  histories: [
    'test/session/theft.test.ts',
    'test/session/in-step.test.ts',
    'test/session/faults.test.ts',
    'test/session/recorded.test.ts',
  ],
  // What is measured here must not wait for others.
  healthy: ['test/revocation/faults/healthy.test.ts'],
  revocation: ['test/revocation/faults/faults.test.ts'],
  model: ['test/revocation/moving-clock-model.test.ts'],
  enumeration: ['test/service/limits/enumeration.test.ts'],
  fleet: ['test/service/fleet/fleet.test.ts'],
  siege: ['test/service/siege/siege.test.ts'],
  slow: ['test/service/storage/slow-start.test.ts'],
  kills: ['test/stores/kills.test.ts'],
  outbox: ['test/service/outbox/deliveries.test.ts'],
  failover: ['test/stores/redis/cluster-failover.test.ts'],
}
const asked = process.argv.slice(2)
const names = asked.length === 0 ? Object.keys(table) : asked
if (!names.every((name) => Object.hasOwn(table, name))) {
  console.error(`usage: npm run test:faults [-- ${Object.keys(table).join(' | ')}]`)
  process.exit(2)
}
let failed = 0
for (const name of names) {
  const code = await longRun({
    command: `npm run test:faults -- ${name}`,
    name: `faults-${name}`,
    files: table[name] ?? [],
    env: { FAULTS: 'full' },
  })
  if (code !== 0) failed++
}
process.exitCode = failed === 0 ? 0 : 1
