import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { sizeOf, type ProcessSize } from '../../setup/process-size.js'
import { startPostgres } from '../../setup/postgres.js'
import { seeded } from '../../setup/random.js'
import { startRedis } from '../../setup/redis.js'
import { seed } from '../../setup/seed.js'
import { startFleet } from '../fleet/fleet.js'
import { count } from '../fleet/tally.js'
import { temporaryFolder } from '../running-service.js'
import { arrive } from './arrivals.js'
import { attacks, type Attack } from './attacks.js'
import { act, honestActs } from './honest-acts.js'
import { accessLife } from './person.js'
import { password, populate } from './population.js'
import type { PhaseRecord } from './record.js'
import type { World } from './world.js'

/** One of the two halves of a siege. */
export interface PhaseParts {
  readonly kind: 'baseline' | 'siege'
  readonly seconds: number
  readonly users: number
  /** Seconds without requests before the processes are measured. */
  readonly idle: number
}

/** What a phase has come to, and how large its processes are afterwards, all together. */
export interface PhaseResult {
  readonly record: PhaseRecord
  readonly size: ProcessSize
  readonly outputs: readonly string[]
}

/**
 * Starts three processes over a new database and a new Redis, with users who are logged in; then attackers or their harmless
 * stand-ins beside the honest, for the time that is given.
 */
export async function runPhase(parts: PhaseParts): Promise<PhaseResult> {
  const folder = temporaryFolder()
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ url: undefined })])
  const settings = [`accessExpire: ${String(accessLife)}s`, 'trustedProxies: [127.0.0.0/8]']
  const stores = { database: postgres.url, redis: redis.url }
  try {
    const fleet = await startFleet({ folder: folder.path, size: 3, password, settings, ...stores })
    try {
      const world = await populate(fleet, parts)
      await pass(world, parts)
      await sleep(parts.idle * 1000)
      const sizes = fleet.running().map(({ child }) => sizeOf(child.pid))
      return { record: world.record, size: sumOf(sizes), outputs: fleet.outputs() }
    } finally {
      await fleet.stop()
    }
  } finally {
    await Promise.all([redis.stop(), postgres.stop()])
    folder.remove()
  }
}

async function pass(world: World, { kind, seconds }: PhaseParts): Promise<void> {
  const others = await Promise.all(attacks.map((attack) => begin(world, attack, kind)))
  world.start(seconds)
  const report = setInterval(() => {
    console.log(`${kind}: ${progress(world.record)}`)
  }, 30_000)
  await Promise.all([
    ...honestActs.map((what, nth) =>
      arrive({
        ...{ perSecond: what.perSecond, seconds, random: seeded(seed * 100 + nth) },
        happen: (due) => act(world, what, due),
      }),
    ),
    ...others.map((happen, nth) =>
      arrive({
        ...{
          perSecond: attacks[nth]?.perSecond ?? 0,
          seconds,
          random: seeded(seed * 100 + 50 + nth),
        },
        happen,
      }),
    ),
  ])
  // Those that come back, and tokens that are presented after `maxStaleness`: each may bring another.
  while (world.later.length > 0) await Promise.all(world.later.splice(0))
  clearInterval(report)
  for (const close of world.cleanUp) close()
}

/** What happens at each arrival: in the siege an answer that is not safe is a fault. */
async function begin(world: World, what: Attack, kind: PhaseParts['kind']) {
  const { record } = world
  const happen = await (kind === 'siege' ? what.attack : what.harmless)(world)
  return async () => {
    const status = await happen()
    if (status === undefined) return
    count(record.others, `${what.name}: ${String(status)}`)
    const isSafe = [...what.safe, 0, 503].includes(status)
    if (kind === 'siege' && !isSafe)
      record.faults.push(`${what.name}: it was answered ${String(status)}`)
  }
}

function progress({ acts, faults, loggedOut, revoked }: PhaseRecord): string {
  const right = acts.filter(({ isRight }) => isRight).length
  return (
    `${String(right)} of ${String(acts.length)} honest acts right, ${String(faults.length)} faults, ` +
    `${String(loggedOut.length)} logged out, ${String(revoked.refusedLater)} times a revoked token refused after maxStaleness, ` +
    `load of the machine ${loadavg()[0]?.toFixed(1) ?? ''}`
  )
}

function sumOf(sizes: readonly ProcessSize[]): ProcessSize {
  const sum = (of: keyof ProcessSize) => sizes.reduce((all, size) => all + size[of], 0)
  return { mebibytes: sum('mebibytes'), descriptors: sum('descriptors') }
}
