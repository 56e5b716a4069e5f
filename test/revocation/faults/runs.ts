import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../setup/server.js'
import { clockMs } from './history.js'
import { cutFor, defineRun, type FaultRun } from './run.js'
import { oneRedis, proxiedRedis, type Driver, type OneRedis } from './sites.js'

/** Duration of a fault in milliseconds, and the Redis client. */
export interface Length {
  readonly ms: number
  readonly driver?: Driver
}

const seconds = (ms: number): string => `${String(ms / 1000)} s`

/** The server is killed, and restarted with its data on disk. */
export const killed = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis killed for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['failsClosed'] },
    open: oneRedis(driver),
    harm: ({ site }) => cutFor(ms, { harm: site.redis.kill, mend: () => restart(site) }),
  })

async function restart({ redis }: OneRedis): Promise<void> {
  redis.start('disk')
  await redis.answers()
}

/** The server is stopped: it accepts connections but does not answer. */
export const frozen = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis stopped for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['failsClosed'] },
    open: oneRedis(driver),
    harm: ({ site: { redis } }) =>
      cutFor(ms, {
        harm: () => process.kill(redis.pid(), 'SIGSTOP'),
        mend: () => process.kill(redis.pid(), 'SIGCONT'),
      }),
  })

/** One process is disconnected without notice: its connections hang, new ones too. */
export const cutOff = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `one process disconnected for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['enforcedInTime', 'failsClosed'] },
    open: proxiedRedis(driver),
    harm: async ({ site: { proxy }, fleet: { nodes } }) => {
      const done = await cutFor(ms, {
        harm: () => {
          proxy.order({ direction: 'toServer', after: 0, then: 'hang' })
          proxy.order({ direction: 'toClient', after: 0, then: 'hang' })
        },
        mend: proxy.heal,
      })
      return { ...done, nodes: nodes.filter(({ name }) => name === 'n1') }
    },
  })

/** All data is deleted; `withNewcomer`: and another process is started at once. */
export const flushed = (withNewcomer: boolean): FaultRun =>
  defineRun({
    name: withNewcomer ? 'FLUSHALL, and a new process' : 'FLUSHALL',
    proves: { heartbeat: ['enforcedInTime'], restoration: ['durable'] },
    open: oneRedis('ioredis'),
    harm: async ({ site: { redis }, newcomer }) => {
      const from = clockMs()
      await redis.command('FLUSHALL')
      if (withNewcomer) await newcomer()
      await sleep(1000)
      return { from, healing: from, healed: clockMs(), everythingLost: true }
    },
  })

/** An older backup is restored: the same epoch, without the entries acknowledged since. */
export const olderCopy = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `an older backup restored after ${seconds(ms)} (${driver})`,
    proves: { restoration: ['durable'] },
    open: oneRedis(driver),
    harm: async ({ site: { redis }, moreAcknowledged }) => {
      await redis.keepCopy()
      await sleep(1000)
      await moreAcknowledged(5)
      return cutFor(ms, {
        harm: redis.kill,
        mend: async () => {
          redis.start('copy')
          await redis.answers()
        },
      })
    },
  })

/** The server is restarted with an older backup, and answers LOADING for some time. */
export const loading = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis loading for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['enforcedInTime'], restoration: ['durable'] },
    open: oneRedis(driver),
    harm: async ({ site: { redis }, moreAcknowledged }) => {
      const fill = `for i = 1, ${String(ms)} do redis.call('SET', 'filler:' .. i, 'x') end`
      await redis.command('EVAL', fill, '0')
      await redis.keepCopy()
      await sleep(1000)
      await moreAcknowledged(5)
      const from = clockMs()
      await redis.kill()
      const cutFrom = clockMs()
      const slowly = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']
      redis.start('copy', slowly)
      await redis.answers(ms + 60_000)
      const healed = clockMs()
      return { from, cutFrom, healing: cutFrom + ms / 2, healed, everythingLost: false }
    },
  })

/** The server becomes a replica of an absent primary: it answers READONLY. */
export const readOnly = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis made a replica for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['failsClosed'] },
    open: oneRedis(driver),
    harm: async ({ site: { redis } }) => {
      const unusedPort = String(await freePort())
      return cutFor(ms, {
        harm: () => redis.command('REPLICAOF', '127.0.0.1', unusedPort),
        mend: () => redis.command('REPLICAOF', 'NO', 'ONE'),
      })
    },
  })

/** Memory is full: all writes fail, heartbeats too. */
export const memoryFull = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis without memory for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['failsClosed'] },
    open: oneRedis(driver),
    harm: ({ site: { redis } }) =>
      cutFor(ms, {
        harm: () => redis.command('CONFIG', 'SET', 'maxmemory', '1mb'),
        mend: () => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
      }),
  })

/** Messages of the stream are trimmed, lost, repeated and reordered; connections are killed. */
export const disorderedStream = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `a stream in disorder for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['enforcedInTime'] },
    open: oneRedis(driver),
    harm: async ({ site: { redis } }) => {
      const from = clockMs()
      for (let i = 0; clockMs() < from + ms; i++) {
        await redis.command(...(disorders[i % disorders.length] ?? ['PING']))
        await sleep(250)
      }
      return { from, healing: from, healed: clockMs(), everythingLost: false }
    },
  })

const keys = ['stream', 'counter'].map((name) => `{faults:revocations}:${name}`)
const onStream = (lua: string): readonly string[] => ['EVAL', lua, '2', ...keys]

const disorders: readonly (readonly string[])[] = [
  ['XTRIM', keys[0] ?? '', 'MAXLEN', '0'],
  // A message is counted but missing.
  onStream(`return redis.call('INCR', KEYS[2])`),
  // The last message is repeated.
  onStream(`
    local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    return last and redis.call('XADD', KEYS[1], '*', unpack(last[2])) or ''`),
  // Two messages in reverse order.
  onStream(`
    local second = redis.call('INCRBY', KEYS[2], 2)
    redis.call('XADD', KEYS[1], '*', 'n', second, 'mark', 'b')
    return redis.call('XADD', KEYS[1], '*', 'n', second - 1, 'mark', 'a')`),
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['DEL', keys[0] ?? ''],
]
