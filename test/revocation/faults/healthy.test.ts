import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { amount } from '../../setup/amount.js'
import { compileForChildren } from '../../stores/compile.js'
import { atPart } from './figures.js'
import { createFleet } from './fleet.js'
import { revokeSteadily } from './healthy.js'
import { onePostgres, oneRedis } from './sites.js'

const seconds = amount({ short: 1, full: 20 })
const perSecond = amount({ short: 200, full: 1000 })
const timeout = 300_000
let folder = ''
beforeAll(async () => {
  folder = await compileForChildren('guarded-service')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const sites = {
  'Redis by ioredis': oneRedis('ioredis'),
  ...(seconds > 1 && { 'Redis by node-redis': oneRedis('node-redis'), PostgreSQL: onePostgres }),
}

describe('three processes over a healthy store', () => {
  for (const [name, open] of Object.entries(sites))
    test(
      `all processes refuse what one of them has revoked: ${name}`,
      { timeout },
      async ({ expect }) => {
        const site = await open()
        const names = { secret: randomBytes(32).toString('hex'), issuer: 'https://auth.example' }
        const times = { maxStalenessMs: 10_000, heartbeatEveryMs: 1000, deadlineMs: 1000 }
        const fleet = createFleet(folder, { ...names, ...times, minReplicas: 0, weakness: 'none' })
        try {
          await Promise.all([0, 1, 2].map((process) => fleet.add(site.addressFor(process))))
          expect(await fleet.allReady(60_000)).toBe(true)
          const pace = { perSecond, seconds, sampleOneIn: 10 }
          const spread = await revokeSteadily({ nodes: fleet.nodes, ...names }, pace)
          const sorted = [...spread.refusedMs].sort((a, b) => a - b)
          const acks = [...spread.ackMs].sort((a, b) => a - b)
          const parts = (of: readonly number[]) =>
            [0.5, 0.99, 1].map((part) => `${atPart(of, part).toFixed(0)} ms`).join(', ')
          if (seconds > 1)
            console.log(
              `${name}, three processes, ${spread.rate.toFixed(0)} revocations/s (asked for ${String(perSecond)}), ` +
                `${String(spread.failed)} not acknowledged; median, p99, maximum:\n` +
                `  acknowledged after ${parts(acks)}\n` +
                `  then refused by the last process after ${parts(sorted)} (expected: p99 250 ms, maximum 1000 ms), ${String(sorted.length)} samples`,
            )
          expect(sorted.length).toBeGreaterThan(10)
          // Every process received every entry; how soon is only reported.
          expect(sorted.at(-1)).toBeLessThan(Infinity)
          expect(spread.failed).toBeLessThan(spread.acknowledged / 2)
        } finally {
          await fleet.stop()
          await site.stop()
        }
      },
    )
})
