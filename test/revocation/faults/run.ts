import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../setup/server.js'
import type { Weakness } from '../../stores/children/weakened-store.js'
import type { Rule } from './check-history.js'
import { createFleet, type Fleet, type Node } from './fleet.js'
import { clockMs, type Fault, type History } from './history.js'
import { startLoad, type Load } from './load.js'
import type { Site } from './sites.js'

/** One kind of fault, over one kind of store. */
export interface FaultRun {
  readonly name: string
  readonly proves: Proofs
  record(options: RunOptions): Promise<History>
}

/** For each safety mechanism, the rules that a run must break without it. */
export type Proofs = Readonly<Partial<Record<Weakness, readonly Rule[]>>>

/** Argument of {@link defineRun}. */
export interface RunParts<S extends Site> {
  readonly name: string
  readonly proves: Proofs
  readonly open: () => Promise<S>
  /** Causes the fault, repairs it, and returns its times. */
  readonly harm: (scene: Scene<S>) => Promise<Omit<Fault, 'nodes'> & { nodes?: readonly Node[] }>
  readonly minReplicas?: number
}

/** What a fault can be caused to. */
export interface Scene<S extends Site> {
  readonly site: S
  readonly fleet: Fleet
  /** Starts another process over the store. */
  readonly newcomer: () => Promise<Node>
  /** Waits until the load has had so many more revocations acknowledged, however slow the machine is. */
  readonly moreAcknowledged: (count: number) => Promise<void>
}

/** Options of a run. */
export interface RunOptions {
  /** The folder of the compiled sources. */
  readonly folder: string
  readonly seed: number
  readonly weakness: Weakness
  readonly maxStalenessMs: number
  readonly heartbeatEveryMs: number
  readonly deadlineMs: number
  /** Milliseconds under load before and after the fault. */
  readonly quietMs: number
  readonly roundMs: number
}

const issuer = 'https://auth.example'
/** Revocations that must be acknowledged before the fault. */
const enough = 12
/** Milliseconds to wait for processes to become ready, and for acknowledgements. */
const patienceMs = 60_000

/** A run: three processes under load, a fault, a quiet time, one more process, and a final check of every token. */
export function defineRun<S extends Site>(parts: RunParts<S>): FaultRun {
  const { name, proves } = parts
  return Object.freeze({ name, proves, record: (options: RunOptions) => record(parts, options) })
}

async function record<S extends Site>(run: RunParts<S>, options: RunOptions): Promise<History> {
  const site = await run.open()
  const secret = randomBytes(32).toString('hex')
  const fleet = createFleet(options.folder, {
    ...{ secret, issuer, minReplicas: run.minReplicas ?? 0, weakness: options.weakness },
    maxStalenessMs: options.maxStalenessMs,
    heartbeatEveryMs: options.heartbeatEveryMs,
    deadlineMs: options.deadlineMs,
  })
  try {
    await Promise.all([0, 1, 2].map((process) => fleet.add(site.addressFor(process))))
    if (!(await fleet.allReady(patienceMs))) throw new Error('the processes were never ready')
    // Over a new store, tokens issued up to the second of the first start are refused.
    await sleep(1100)
    return await play(run, options, { site, fleet, secret })
  } finally {
    await fleet.stop()
    await site.stop()
  }
}

interface Stage<S extends Site> {
  readonly site: S
  readonly fleet: Fleet
  readonly secret: string
}

async function play<S extends Site>(
  { harm }: RunParts<S>,
  { seed, roundMs, quietMs, ...options }: RunOptions,
  { site, fleet, secret }: Stage<S>,
): Promise<History> {
  const { nodes, notes } = fleet
  const newcomer = () => fleet.add(site.addressFor(nodes.length))
  const load = startLoad({ nodes, secret, issuer, seed, roundMs })
  const moreAcknowledged = (count: number) => waitForAcknowledged(load, count)
  await sleep(quietMs)
  await moreAcknowledged(enough)
  const done = await harm({ site, fleet, newcomer, moreAcknowledged })
  await fleet.allReady(patienceMs)
  await sleep(quietMs)
  await newcomer()
  await fleet.allReady(patienceMs)
  await load.stop()
  // Twice: a feed lost a moment ago may be opened a second time, and the entries restored then count too.
  for (let i = 0; i < 2; i++) await fleet.allHeard(patienceMs)
  await load.sweep()
  return {
    maxStalenessMs: options.maxStalenessMs,
    beatAgeMs: options.heartbeatEveryMs + 2 * options.deadlineMs,
    tokens: load.tokens,
    revokes: load.revokes,
    uses: load.uses,
    notes: [...notes],
    faults: [{ ...done, nodes: (done.nodes ?? nodes).map(({ name }) => name) }],
  }
}

async function waitForAcknowledged({ revokes }: Load, count: number): Promise<void> {
  const acknowledged = () => revokes.filter(({ status }) => status === 204).length
  const wanted = acknowledged() + count
  if (!(await until(patienceMs, () => Promise.resolve(acknowledged() >= wanted))))
    throw new Error('the load had too few revocations acknowledged')
}

/** Causes a fault that disconnects every process for some time. */
export async function cutFor(
  ms: number,
  { harm, mend }: { readonly harm: () => unknown; readonly mend: () => unknown },
): Promise<Omit<Fault, 'nodes'>> {
  const from = clockMs()
  await harm()
  const cutFrom = clockMs()
  await sleep(ms)
  const healing = clockMs()
  await mend()
  return { from, cutFrom, healing, healed: clockMs(), everythingLost: false }
}
