import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../setup/server.js'
import { clockMs } from './history.js'
import { cutFor, defineRun, type FaultRun } from './run.js'
import { oneRedis, proxiedRedis, type Driver, type OneRedis } from './sites.js'

/** Length of a fault in milliseconds, and the client of Redis. */
export interface Length {
  readonly ms: number
  readonly driver?: Driver
}

const seconds = (ms: number): string => `${String(ms / 1000)} s`

/** The server is killed, and comes back with what it had on disk. */
export const killed = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis killed for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['O1'] },
    open: oneRedis(driver),
    harm: ({ site }) => cutFor(ms, { harm: site.redis.kill, mend: () => restart(site) }),
  })

async function restart({ redis }: OneRedis): Promise<void> {
  redis.start('disk')
  await redis.answers()
}

/** The server stands still: it accepts connections, and says nothing. */
export const frozen = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis stopped for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['O1'] },
    open: oneRedis(driver),
    harm: ({ site: { redis } }) =>
      cutFor(ms, {
        harm: () => process.kill(redis.pid(), 'SIGSTOP'),
        mend: () => process.kill(redis.pid(), 'SIGCONT'),
      }),
  })

/** One process is cut off: its connections hang, new ones too, and nobody tells it. */
export const cutOff = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `one process cut off for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['V1', 'O1'] },
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

/** Everything is deleted; `withNewcomer`: and a process is started at once. */
export const flushed = (withNewcomer: boolean): FaultRun =>
  defineRun({
    name: withNewcomer ? 'FLUSHALL, and a new process' : 'FLUSHALL',
    proves: { heartbeat: ['V1'], putBack: ['V4'] },
    open: oneRedis('ioredis'),
    harm: async ({ site: { redis }, newcomer }) => {
      const from = clockMs()
      await redis.command('FLUSHALL')
      if (withNewcomer) await newcomer()
      await sleep(1000)
      return { from, healing: from, healed: clockMs(), everythingLost: true }
    },
  })

/** An older copy comes back: the same epoch, without what was acknowledged since. */
export const olderCopy = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `an older copy put back after ${seconds(ms)} (${driver})`,
    proves: { putBack: ['V4'] },
    open: oneRedis(driver),
    harm: async ({ site: { redis } }) => {
      await redis.keepCopy()
      await sleep(1000)
      return cutFor(ms, {
        harm: redis.kill,
        mend: async () => {
          redis.start('copy')
          await redis.answers()
        },
      })
    },
  })

/** The server comes back, and loads for so long what it had some time ago: it answers LOADING. */
export const loading = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis loading for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['V1'], putBack: ['V4'] },
    open: oneRedis(driver),
    harm: async ({ site: { redis } }) => {
      const fill = `for i = 1, ${String(ms)} do redis.call('SET', 'filler:' .. i, 'x') end`
      await redis.command('EVAL', fill, '0')
      await redis.keepCopy()
      await sleep(1000)
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

/** The server follows one that is not there: it answers READONLY. */
export const readOnly = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis made a replica for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['O1'] },
    open: oneRedis(driver),
    harm: async ({ site: { redis } }) => {
      const nobody = String(await freePort())
      return cutFor(ms, {
        harm: () => redis.command('REPLICAOF', '127.0.0.1', nobody),
        mend: () => redis.command('REPLICAOF', 'NO', 'ONE'),
      })
    },
  })

/** Memory is full: nothing can be written, no heartbeat either. */
export const memoryFull = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `Redis without memory for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['O1'] },
    open: oneRedis(driver),
    harm: ({ site: { redis } }) =>
      cutFor(ms, {
        harm: () => redis.command('CONFIG', 'SET', 'maxmemory', '1mb'),
        mend: () => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
      }),
  })

/** Messages of the stream are trimmed, lost, repeated and put in another order; connections are killed. */
export const messedStream = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `a stream in disorder for ${seconds(ms)} (${driver})`,
    proves: { heartbeat: ['V1'] },
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
  // A message is counted, and is not there.
  onStream(`return redis.call('INCR', KEYS[2])`),
  // The last one comes twice.
  onStream(`
    local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    return last and redis.call('XADD', KEYS[1], '*', unpack(last[2])) or ''`),
  // The second comes before the first.
  onStream(`
    local second = redis.call('INCRBY', KEYS[2], 2)
    redis.call('XADD', KEYS[1], '*', 'n', second, 'mark', 'b')
    return redis.call('XADD', KEYS[1], '*', 'n', second - 1, 'mark', 'a')`),
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['DEL', keys[0] ?? ''],
]
