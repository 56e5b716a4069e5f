import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AuthError } from '../../../src/foundation/errors.js'
import { createVerifier } from '../../../src/token/index.js'
import { createKeyRing, type KeyRing } from '../../../src/key-sources/key-ring.js'
import { remoteJwks } from '../../../src/key-sources/remote-jwks.js'
import { startJwksServer } from '../remote/jwks-server.js'
import { amount } from '../../setup/amount.js'
import { startPostgres } from '../../setup/postgres.js'
import { startRedis } from '../../setup/redis.js'
import { hastyTimes } from '../../stores/children/hasty-times.js'
import { openKeys } from '../../stores/children/open-stores.js'
import { timedReads } from '../../stores/children/timed-reads.js'
import type { Signed } from '../../stores/children/rotator.js'
import { compileForChildren, startChild } from '../../stores/compile.js'

/**
 * A minute in the long run; the short one has time for half a dozen rotations and a removal. With a change-over that
 * takes no time to be heard of (`settle` 0) there are two signers for some 180 ms over files.
 */
const seconds = amount({ short: 11, full: 60 })

/**
 * What is promised holds while every process sees the store more often than this. A run in which one stood still longer,
 * as on a busy machine, and which broke a promise, proves nothing and is done again.
 */
const mostGapMs = 3 * hastyTimes.pollEveryMs
const mostRuns = 4

const key = randomBytes(32)
const children: ChildProcess[] = []
const closing: (() => unknown)[] = []
let root = ''
let places: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  root = await compileForChildren('rotator')
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  closing.push(redis.stop, postgres.stop)
  const name = `rotation_${String(process.pid)}`
  places = {
    files: `file:${join(root, 'keys')}`,
    PostgreSQL: `${postgres.url}#${name}`,
    Redis: `io${redis.url}#${name}`,
  }
}, 300_000)

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const close of closing) await close()
  rmSync(root, { recursive: true, force: true })
})

/** A third process' ring, and the server of its published set. */
async function open(place: string) {
  const gap = { longestMs: 0 }
  const ring = createKeyRing({
    store: timedReads(await openKeys(place), (ms) => {
      gap.longestMs = Math.max(gap.longestMs, ms)
    }),
    algorithm: 'ES256',
    encryptionKey: key,
    ...hastyTimes,
  })
  await ring.start()
  const server = await startJwksServer((_, response) => {
    const { body, headers } = ring.publishedSet()
    response.writeHead(200, headers).end(body)
  })
  closing.unshift(async () => {
    ring.close()
    await server.close()
  })
  return { ring, server, gap }
}

test.concurrent.each(['files', 'PostgreSQL', 'Redis'])(
  'two rotators at once over %s: every live token verifies, one key signs at a time, a removed key dies',
  { timeout: mostRuns * (seconds + 30) * 1000 + 60_000 },
  async (name) => {
    const place = places[name] ?? ''
    const opened = await open(place)
    const { server } = opened
    const keys = remoteJwks(server.url, {
      algorithms: ['ES256'],
      reach: 'loopback',
      maxAge: 1,
      cooldown: 1,
    })
    const verify = createVerifier({
      keys,
      algorithms: ['ES256'],
      issuer: 'i',
      audience: 'a',
      cache: false,
    })
    const check = async ({ token }: Signed) => {
      await verify(token)
    }
    let run = await collect(place, opened, check)
    let runs = 1
    for (; runs < mostRuns && run.longestGapMs > mostGapMs && isBroken(run); runs++) {
      console.log(`${name}: a process stood still for ${run.longestGapMs.toFixed(0)} ms; once more`)
      run = await collect(place, opened, check)
    }

    const order = [...new Set(run.signed.map(({ kid }) => kid))]
    const removed = run.removedAt.get(order[0] ?? '') ?? Infinity
    const old = run.signed.find(({ kid }) => kid === order[0])
    expect(Date.now() / 1000).toBeGreaterThan(removed)
    // One fetch of the set after the removal, and the client knows.
    await sleep(Math.max(0, (removed + 1.1) * 1000 - Date.now()))
    const refusal = await verify(old?.token ?? '').catch((error: unknown) => error)

    console.log(
      `${String(seconds)} s, 2 rotators over ${name}: ${String(run.signed.length)} tokens, ` +
        `${String(order.length)} keys, ${String(server.paths.length)} fetches, ` +
        `${String(run.failures.length)} failures, ${String(overlaps(run.signed).length)} overlaps`,
    )
    expect(run.failures).toEqual([])
    expect(run.signed.length).toBeGreaterThan(seconds)
    expect(order.length).toBeGreaterThanOrEqual(Math.floor(seconds / 2))
    expect(overlaps(run.signed)).toEqual([])
    expect(refusal).toMatchObject({ code: 'KEY_UNKNOWN' })
    // No more than one a second by age and one a second by unknown kids.
    expect(server.paths.length).toBeLessThanOrEqual(2 * runs * (seconds + 15))
  },
)

interface Run {
  readonly signed: Signed[]
  readonly failures: string[]
  /** The longest that one of the processes did not see the store. */
  readonly longestGapMs: number
  /** When each key of the ring is gone, in Unix seconds. */
  readonly removedAt: ReadonlyMap<string, number>
}

/** Has two processes sign and rotate, and verifies what they sign. */
async function collect(
  place: string,
  { ring, gap }: { readonly ring: KeyRing; readonly gap: { longestMs: number } },
  check: (signed: Signed) => Promise<void>,
): Promise<Run> {
  const signed: Signed[] = []
  const failures: string[] = []
  const removedAt = new Map<string, number>()
  const checks: Promise<void>[] = []
  const own: ChildProcess[] = []
  gap.longestMs = 0
  const note = (error: unknown): void => {
    failures.push(error instanceof AuthError ? error.code : String(error))
  }
  // From the beginning: before the second process is up, the first one may have had a key removed.
  const watch = setInterval(() => {
    for (const { kid, removedAt: at } of ring.list()) if (at !== null) removedAt.set(kid, at)
  }, 100)
  for (let i = 0; i < 2; i++) {
    const child = await startChild(root, 'rotator', [place, key.toString('hex')])
    children.push(child)
    own.push(child)
    child.on('message', (message: Signed | { failed: string } | { gapMs: number }) => {
      if ('gapMs' in message) {
        gap.longestMs = Math.max(gap.longestMs, message.gapMs)
        return
      }
      if ('failed' in message) {
        failures.push(message.failed)
        return
      }
      signed.push(message)
      checks.push(check(message).catch(note))
    })
  }
  await sleep(seconds * 1000)
  clearInterval(watch)
  for (const child of own) child.kill('SIGKILL')
  await Promise.all(checks)
  return { signed, failures, removedAt, longestGapMs: gap.longestMs }
}

function isBroken({ signed, failures }: Run): boolean {
  return failures.length > 0 || overlaps(signed).length > 0
}

/** Pairs of keys of which the older one signed after the younger one had. */
function overlaps(signed: readonly Signed[]): string[] {
  const order = [...new Set(signed.map(({ kid }) => kid))]
  const first = (kid: string) => Math.min(...of(kid).map(({ after }) => after))
  const last = (kid: string) => Math.max(...of(kid).map(({ before }) => before))
  const of = (kid: string) => signed.filter((each) => each.kid === kid)
  const sorted = [...order].sort((a, b) => first(a) - first(b))
  return sorted.flatMap((kid, i) => {
    const next = sorted[i + 1]
    return next !== undefined && last(kid) > first(next)
      ? [`${String(last(kid) - first(next))} ms of two signers`]
      : []
  })
}
