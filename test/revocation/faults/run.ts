import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Weakness } from '../../stores/children/weakened-store.js'
import type { Invariant } from './check-history.js'
import { createFleet, type Fleet, type Node } from './fleet.js'
import { clockMs, type Fault, type History } from './history.js'
import { startLoad } from './load.js'
import type { Site } from './sites.js'

/** One kind of fault, over one kind of store. */
export interface FaultRun {
  readonly name: string
  readonly proves: Proofs
  record(options: RunOptions): Promise<History>
}

/** What keeps the promises in a run: without it these of the invariants are broken. */
export type Proofs = Readonly<Partial<Record<Weakness, readonly Invariant[]>>>

/** What a {@link FaultRun} is made of. */
export interface RunParts<S extends Site> {
  readonly name: string
  readonly proves: Proofs
  readonly open: () => Promise<S>
  /** Does harm, mends it, and says what it has done. */
  readonly harm: (scene: Scene<S>) => Promise<Omit<Fault, 'nodes'> & { nodes?: readonly Node[] }>
  readonly minReplicas?: number
}

/** Where harm is done. */
export interface Scene<S extends Site> {
  readonly site: S
  readonly fleet: Fleet
  /** Starts another process at the store. */
  readonly newcomer: () => Promise<Node>
}

/** How a run is made. */
export interface RunOptions {
  /** Of compiled sources. */
  readonly folder: string
  readonly seed: number
  readonly weakness: Weakness
  readonly maxStalenessMs: number
  readonly beatEveryMs: number
  readonly deadlineMs: number
  /** Milliseconds under a load before and after the fault. */
  readonly quietMs: number
  readonly roundMs: number
}

const issuer = 'https://auth.example'
/** Milliseconds after which a process that can not tell is asked no more. */
const patienceMs = 60_000

/** A run: three processes under a load, a fault, a rest, a process more, and a look at everything. */
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
    beatEveryMs: options.beatEveryMs,
    deadlineMs: options.deadlineMs,
  })
  try {
    await Promise.all([0, 1, 2].map((process) => fleet.add(site.placeOf(process))))
    if (!(await fleet.allReady(patienceMs))) throw new Error('the processes were never ready')
    // Over a store that nobody has used, what was issued up to the second of the start is refused.
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
  const newcomer = () => fleet.add(site.placeOf(nodes.length))
  const load = startLoad({ nodes, secret, issuer, seed, roundMs })
  await sleep(quietMs)
  const done = await harm({ site, fleet, newcomer })
  await fleet.allReady(patienceMs)
  await sleep(quietMs)
  await newcomer()
  await fleet.allReady(patienceMs)
  await load.stop()
  // A feed that was lost a moment ago may be opened for the second time: what is put back then counts too.
  for (let i = 0; i < 2; i++) await fleet.allHeard(patienceMs)
  await load.sweep()
  return {
    maxStalenessMs: options.maxStalenessMs,
    beatAgeMs: options.beatEveryMs + 2 * options.deadlineMs,
    tokens: load.tokens,
    revokes: load.revokes,
    uses: load.uses,
    notes: [...notes],
    faults: [{ ...done, nodes: (done.nodes ?? nodes).map(({ name }) => name) }],
  }
}

/** Does harm that cuts every process off for so long. */
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
