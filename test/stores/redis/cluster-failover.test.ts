import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { AuthError } from '../../../src/foundation/errors.js'
import type { SessionStore, Sessions } from '../../../src/session/index.js'
import { redisStores } from '../../../src/stores/redis/index.js'
import { checkRefreshHistory, type HistoryEvent } from '../../../src/testkit/index.js'
import { client, codeOf, login, makeSessions } from '../../session/setup.js'
import { amount } from '../../setup/amount.js'
import {
  startRedisCluster,
  type RedisCluster,
  type RedisClusterNode,
} from '../../setup/redis-cluster.js'
import { redisCommand } from '../../setup/redis-command.js'
import { until } from '../../setup/server.js'
import { graceOver } from '../race.js'
import { clusterClients } from './servers.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const grace = 10
const recoverWithin = 3600
/** Honest clients of each package; about a third of their sessions lie on the primary that goes. */
const count = 12
/** How many tabs of one client ask at once. */
const tabs = 2
/** Short enough to ask again and again, long enough for a machine that is busy. */
const deadlineMs = 1000
/** How long after its deadline a command may still take effect, and a little more: the slack of the servers' clock. */
const runsOnMs = 600
/** What every client still has to get of a Cluster that is whole again. */
const more = 5

/** How far the run is: answers get lost shortly before the fault, and clients may stop after it. */
interface Run {
  state: 'whole' | 'losing answers' | 'faulty' | 'over'
  /** Clients of which no tab had an answer, as often as that was so, and their store. */
  readonly lost: { readonly store: SessionStore; readonly secondsToRetry: number }[]
}

/** How a client asks again after a 503: at once, within the grace, or so much later that it has to be recovered. */
const patiences = { 'within the grace': 0, 'to be recovered': 15 } as const

/** An answer after which asking again is no use. */
const refused = Symbol('refused')

/**
 * A client with a session, which refreshes as long as the fault lasts and some more. Should its session have been put
 * back by the failover, it logs in anew.
 */
async function live(store: SessionStore, run: Run, secondsToRetry: number) {
  const made = makeSessions({ store, grace, recoverWithin, storeDeadlineMs: 2 * deadlineMs })
  const { sessions, clock } = made
  const events: HistoryEvent[] = []
  const codes = new Map<string, number>()
  const rolledBack = new Set<string>()
  let { sid, refreshToken } = await patiently(() => login(sessions))
  const tokens = [refreshToken]
  let lastGivenUp = -Infinity
  const ask = async (party: string) => {
    const base = { kind: 'refresh', session: sid, party, presented: refreshToken } as const
    const invoked = clock.now()
    try {
      const { refreshToken: successor } = await sessions.refresh(refreshToken, { client })
      const outcome = run.state === 'losing answers' ? 'lost' : 'answered'
      events.push({ ...base, invoked, returned: clock.now(), outcome, successor })
      return outcome === 'answered' ? successor : undefined
    } catch (error) {
      const { code = String(error) } = error as { code?: string }
      events.push({ ...base, invoked, returned: clock.now(), outcome: 'refused', code })
      codes.set(code, (codes.get(code) ?? 0) + 1)
      if (code !== 'STORE_UNAVAILABLE') return refused
      lastGivenUp = performance.now()
      return undefined
    }
  }
  for (let left = more; left > 0;) {
    // What was given up may still run for a moment, when less time has gone by than the grace. Here a grace is some
    // milliseconds: it has to be waited for.
    await sleep(Math.max(0, lastGivenUp + runsOnMs - performance.now()))
    clock.advance(graceOver)
    let given: string | typeof refused | undefined
    while (given === undefined) {
      const asked = Array.from({ length: tabs }, (_, i) => ask(`tab ${String(i)}`))
      given = (await Promise.all(asked)).find((answer) => answer !== undefined)
      if (given !== undefined) break
      if (events.slice(-tabs).every((event) => 'outcome' in event && event.outcome === 'lost'))
        run.lost.push({ store, secondsToRetry })
      await sleep(100)
      clock.advance(secondsToRetry)
    }
    if (given === refused) {
      expect(await finalCode(sessions, refreshToken)).toBe('REFRESH_ROLLED_BACK')
      rolledBack.add(sid)
      tokens.length = 0
      ;({ sid, refreshToken } = await patiently(() => login(sessions)))
    } else refreshToken = given
    tokens.push(refreshToken)
    if (run.state === 'over') left--
    await sleep(10)
  }
  return { ...made, events, codes, rolledBack, tokens, sid }
}

type Life = Awaited<ReturnType<typeof live>>

/** Nobody was taken for a thief, and nothing was done twice; yet a thief still is. */
async function expectSound(life: Life): Promise<void> {
  const { events, codes, rolledBack, tokens, seen, sessions, clock } = life
  expect(
    [...codes.keys()].filter((code) => code !== 'STORE_UNAVAILABLE' && rolledBack.size === 0),
  ).toEqual([])
  const breaches = checkRefreshHistory({ grace, recoverWithin, events }).filter(
    ({ invariant, session }) => invariant !== 'X3' || !rolledBack.has(session),
  )
  expect(breaches).toEqual([])
  const hooks = seen.hooks.map(({ name }) => name)
  expect(hooks).not.toContain('onReused')
  clock.advance(graceOver)
  const stolen = tokens.at(-3) ?? ''
  expect(await finalCode(sessions, stolen)).toBe('REFRESH_REUSED')
  for (const token of tokens) expect(await finalCode(sessions, token)).toBe('REFRESH_ENDED')
}

/** As a client does: asks again after a 503. */
async function patiently<T>(question: () => Promise<T>): Promise<T> {
  for (let left = 30; ; left--) {
    try {
      return await question()
    } catch (error) {
      if (left === 0 || !(error instanceof AuthError) || error.status !== 503) throw error
      await sleep(100)
    }
  }
}

function finalCode(sessions: Sessions, token: string): Promise<string | undefined> {
  return codeOf(patiently(() => sessions.refresh(token, { client })))
}

/** Each replica is asked whether it is the primary by now. */
async function isPromoted({ replicas }: RedisCluster): Promise<boolean> {
  const roles = await Promise.all(replicas.map(({ port }) => redisCommand(port, 'ROLE')))
  return roles.some((role) => role.includes('master'))
}

const faults: Readonly<Record<string, (pid: number, cluster: RedisCluster) => Promise<void>>> = {
  'is killed': async (pid, cluster) => {
    process.kill(pid, 'SIGKILL')
    expect(await until(30_000, () => isPromoted(cluster))).toBe(true)
  },
  'stands still until another has its place': async (pid, cluster) => {
    process.kill(pid, 'SIGSTOP')
    try {
      expect(await until(30_000, () => isPromoted(cluster))).toBe(true)
      await sleep(500)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  },
}
/** The second is for the long run: it takes as long, and differs only in the old primary's coming back. */
const played = Object.entries(faults).slice(0, amount({ short: 1, full: 2 }))
const rounds = amount({ short: 1, full: 10 })

/**
 * A primary that has sessions of every package's clients: where a session lies is drawn at random, and of twelve none may lie on a
 * given one.
 */
async function primaryOfAll(
  { nodes }: RedisCluster,
  names: readonly string[],
): Promise<RedisClusterNode> {
  for (const node of nodes) {
    const found = await Promise.all(
      names.map((name) => redisCommand(node.port, 'KEYS', `failover-${name}:family:*`)),
    )
    if (found.every((answer) => !answer.startsWith('*0'))) return node
  }
  throw new Error('no primary has sessions of every package')
}

/** One Cluster, and what its clients have lived through while a primary was befallen. */
async function play(befall: (typeof faults)[string]): Promise<Life[][]> {
  const cluster = await startRedisCluster({ replicas: true })
  closing.push(cluster.stop)
  const run: Run = { state: 'whole', lost: [] }
  const packages = clusterClients(cluster)
  const groups = await Promise.all(
    Object.entries(packages).map(async ([name, connect]) => {
      const { client, close } = await connect()
      closing.unshift(close)
      return redisStores(client, { prefix: `failover-${name}`, deadlineMs }).sessions
    }),
  )
  const seconds = Object.values(patiences)
  const inTime = async () => {
    await sleep(700)
    run.state = 'losing answers'
    // As often as all have asked that are to be recovered: some of what is lost now, the replica will not have had.
    const isMet = (store: SessionStore) =>
      run.lost.filter((lost) => lost.store === store && lost.secondsToRetry > grace).length >=
      count / seconds.length
    expect(await until(20_000, () => Promise.resolve(groups.every(isMet)))).toBe(true)
    const { pid } = await primaryOfAll(cluster, Object.keys(packages))
    run.state = 'faulty'
    try {
      await befall(pid, cluster)
    } finally {
      run.state = 'over'
    }
  }
  const lives = groups.map((store) =>
    Promise.all(Array.from({ length: count }, (_, i) => live(store, run, seconds[i % 2] ?? 0))),
  )
  const [played] = await Promise.all([Promise.all(lives), inTime()])
  for (const group of played) for (const life of group) await expectSound(life)
  for (const close of closing.splice(0)) await close()
  return played
}

describe.each(played)('a Redis Cluster of which a primary %s', (name, befall) => {
  test(
    'a Redis Cluster is 503 until a replica has taken over; then every client goes on without an alarm',
    { timeout: 60_000 + rounds * 60_000 },
    async () => {
      const sums: Record<string, number> = {}
      const add = (what: string, n = 1) => (sums[what] = (sums[what] ?? 0) + n)
      for (let round = 0; round < rounds; round++) {
        for (const group of await play(befall)) {
          expect(group.filter(({ codes }) => codes.has('STORE_UNAVAILABLE'))).not.toEqual([])
          expect(group.filter(({ rolledBack }) => rolledBack.size === 0)).not.toEqual([])
          const hooks = group.flatMap(({ seen }) => seen.hooks.map((hook) => hook.name))
          expect(hooks).toContain('onRecovered')
          for (const hook of hooks) add(hook)
          for (const { rolledBack, codes } of group) {
            add('rolled back', rolledBack.size)
            for (const [code, n] of codes) add(code, n)
          }
        }
      }
      if (rounds > 1) console.log(`${name}, ${String(rounds)} rounds: ${JSON.stringify(sums)}`)
    },
  )
})
