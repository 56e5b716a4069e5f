import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { amount } from '../../setup/amount.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'

/** How many times each kind of login is timed beside a wrong password. */
const pairs = amount({ short: 16, full: 300 })
/** How far the 95 % interval of the median ratio may reach from 1, in the long run. */
const margin = amount<number | undefined>({ short: undefined, full: 0.05 })

const metricsToken = randomBytes(24).toString('base64url')
const folder = temporaryFolder()
let service: RunningService

beforeAll(async () => {
  const config = join(folder.path, 'jotgate.yaml')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n' +
      'loginLimits: { account: 3, address: 100000, service: 1000000 }\n' +
      'metricsToken: env:METRICS_TOKEN\n',
  )
  const env = { JOTGATE_CONFIG: config, METRICS_TOKEN: metricsToken }
  const lines = [
    ...Array.from({ length: pairs }, (_, i) => `bob-${String(i)}`),
    ...Array.from({ length: pairs }, (_, i) => `off-${String(i)}`),
    'locked',
  ].map((username) =>
    JSON.stringify({ username, passwordHash, disabled: username.startsWith('off') }),
  )
  const user = (args: string[], input: string) =>
    runService({ ...env, DATA_DIR: folder.path }, ['user', ...args], input)
  expect((await user(['import', '-'], lines.join('\n'))).code).toBe(0)
  service = await startService({ dataDir: folder.path, env })
  for (let i = 0; i < 5; i++) await login('locked', 'wrong')
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

/** A hash of an unknown password, with the parameters of new ones. */
const passwordHash =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9yIG90aGVy$zHGnHYH3xQ8GEZyn3zPEHnxEoBGR0xVwHJDMpHkTPGY'

async function login(username: string, secret: string) {
  const started = performance.now()
  const answer = await fetch(`${service.origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: secret }),
  })
  const body = await answer.text()
  return { ms: performance.now() - started, answer: `${String(answer.status)} ${body}` }
}

async function hashesDone(): Promise<number> {
  const headers = { authorization: `Bearer ${metricsToken}` }
  const text = await (await fetch(`${service.origin}/metrics`, { headers })).text()
  return Number(/^jotgate_hashing_done (\d+)$/m.exec(text)?.[1])
}

// Fresh accounts without earlier failures, except for the locked one.
const kinds: Readonly<Record<string, (round: number) => string>> = {
  unknown: (round) => `nobody-${String(round)}`,
  disabled: (round) => `off-${String(round)}`,
  locked: () => 'locked',
}

test.each(Object.entries(kinds))(
  'an account that is %s is answered like a wrong password, after the same work and time',
  async (_, nameIn) => {
    const ratios: number[] = []
    for (let round = 0; round < pairs; round++) {
      const before = await hashesDone()
      const names = [nameIn(round), `bob-${String(round)}`] as const
      // Each first in every other round, so that drift favours neither.
      const order = round % 2 === 0 ? [0, 1] : [1, 0]
      const took = [0, 0]
      const answers = new Set<string>()
      for (const place of order) {
        const { ms, answer } = await login(names[place] ?? '', 'wrong')
        took[place] = ms
        answers.add(answer)
      }
      expect([...answers]).toHaveLength(1)
      expect([...answers][0]).toMatch(/^401 /)
      expect((await hashesDone()) - before).toBe(2)
      ratios.push((took[0] ?? 0) / (took[1] ?? 1))
    }
    const [low, high] = medianInterval(ratios)
    console.log(`${_}: 95 % of the paired median within ${low.toFixed(3)} to ${high.toFixed(3)}`)
    if (margin === undefined) {
      // On a busy machine so few show only large differences: the interval must include equality.
      expect(low).toBeLessThan(1.25)
      expect(high).toBeGreaterThan(0.8)
      return
    }
    expect(low).toBeGreaterThan(1 - margin)
    expect(high).toBeLessThan(1 + margin)
  },
)

/** By the order statistics round the middle: no distribution is assumed. */
function medianInterval(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b)
  const half = (1.96 * Math.sqrt(sorted.length)) / 2
  const at = (place: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(place)))] ?? 0
  return [at(sorted.length / 2 - half), at(sorted.length / 2 + half)]
}
