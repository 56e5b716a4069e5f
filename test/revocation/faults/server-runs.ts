import { setTimeout as sleep } from 'node:timers/promises'
import { redisCommand } from '../../setup/redis-command.js'
import { until } from '../../setup/server.js'
import { clockMs, type Fault } from './history.js'
import { cutFor, defineRun, type FaultRun } from './run.js'
import type { Length } from './runs.js'
import {
  behindSentinel,
  onePostgres,
  redisCluster,
  type BehindSentinel,
  type Driver,
} from './sites.js'

/** PostgreSQL is shut down and started again. */
export const restarted = (ms: number): FaultRun =>
  defineRun({
    name: `PostgreSQL restarted, gone for ${String(ms / 1000)} s`,
    proves: { heartbeat: ['enforcedInTime'] },
    open: onePostgres,
    harm: ({ site: { shutDown, startAgain } }) => cutFor(ms, { harm: shutDown, mend: startAgain }),
  })

/** The server of a Cluster that holds the revocations is stopped. */
export const holderFrozen = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `one server of a Cluster stopped for ${String(ms / 1000)} s (${driver})`,
    proves: { heartbeat: ['failsClosed'] },
    open: redisCluster(driver),
    harm: ({ site: { holder } }) =>
      cutFor(ms, {
        harm: () => process.kill(holder.pid, 'SIGSTOP'),
        mend: () => process.kill(holder.pid, 'SIGCONT'),
      }),
  })

/** The primary acknowledges writes without its replicas, and is killed: Sentinel promotes a replica without those writes. */
export const failedOver = (driver: Driver): FaultRun =>
  defineRun({
    name: `a failover that loses what was acknowledged (${driver})`,
    proves: { heartbeat: ['enforcedInTime'], restoration: ['durable'] },
    open: behindSentinel(driver),
    harm: async ({ site }) => {
      const { primary, replicas } = rolesIn(site)
      for (const { pid } of replicas) process.kill(pid, 'SIGSTOP')
      await redisCommand(primary.port, 'CLIENT', 'KILL', 'TYPE', 'replica')
      await sleep(2000)
      const from = clockMs()
      process.kill(primary.pid, 'SIGKILL')
      for (const { pid } of replicas) process.kill(pid, 'SIGCONT')
      return promoted(site, from)
    },
  })

/** The primary is stopped until a replica is promoted; then it resumes, and accepts writes until it learns of the failover. */
export const splitBrain = (driver: Driver): FaultRun =>
  defineRun({
    name: `an old primary that goes on after a failover (${driver})`,
    proves: { heartbeat: ['enforcedInTime'] },
    open: behindSentinel(driver),
    harm: async ({ site }) => {
      const { primary } = rolesIn(site)
      const from = clockMs()
      process.kill(primary.pid, 'SIGSTOP')
      const fault = await promoted(site, from)
      process.kill(primary.pid, 'SIGCONT')
      await sleep(5000)
      return { ...fault, healed: clockMs() }
    },
  })

/** The primary has lost its replicas, without which it must not acknowledge a write. */
export const alone = ({ ms, driver = 'ioredis' }: Length): FaultRun =>
  defineRun({
    name: `a primary without its replicas for ${String(ms / 1000)} s, minReplicas 1 (${driver})`,
    proves: { heartbeat: ['failsClosed'] },
    minReplicas: 1,
    open: behindSentinel(driver),
    harm: ({ site }) => {
      const { replicas } = rolesIn(site)
      const signal = (name: NodeJS.Signals) => () => {
        for (const { pid } of replicas) process.kill(pid, name)
      }
      return cutFor(ms, { harm: signal('SIGSTOP'), mend: signal('SIGCONT') })
    },
  })

function rolesIn({ servers: [primary, ...replicas] }: BehindSentinel) {
  if (primary === undefined) throw new Error('there is no primary')
  return { primary, replicas }
}

/** Waits until one of the replicas has become the primary. */
async function promoted(site: BehindSentinel, from: number): Promise<Omit<Fault, 'nodes'>> {
  const { replicas } = rolesIn(site)
  const isPrimary = ({ port }: { readonly port: number }) =>
    redisCommand(port, 'ROLE').then(
      (role) => role.includes('master'),
      () => false,
    )
  const done = await until(60_000, async () =>
    (await Promise.all(replicas.map(isPrimary))).some(Boolean),
  )
  if (!done) throw new Error('Sentinel did not promote a replica within a minute')
  return { from, healing: from, healed: clockMs(), everythingLost: false }
}
