/** The traffic in one step of time. */
export interface TrafficBin {
  /** Unix time in seconds at which the step began: a multiple of {@link stepSeconds}. */
  readonly at: number
  readonly accepted: number
  /** Number of refused requests, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Number of requests by duration: one count for each of {@link latencyBuckets}, and one for longer ones. */
  readonly latency: readonly number[]
}

/** Upper bounds in milliseconds. */
export const latencyBuckets: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
/** Length of a step, in seconds. */
export const stepSeconds = 5
/** Number of steps kept: five minutes. */
const kept = 60

/** Counts the answers of a process. */
export interface Traffic {
  /** Records an answered request and its duration. */
  answered(ms: number, outcome: 'accepted' | 'refused'): void
  /** Records why a request was refused: a code of one of the two error tables. */
  refused(code: string): void
  /** The steps of the last minutes that have any traffic, oldest first. */
  bins(): readonly TrafficBin[]
}

interface OpenBin {
  readonly at: number
  accepted: number
  readonly refused: Record<string, number>
  readonly latency: number[]
}

/** @example traffic.answered(3.2, 'accepted') */
export function createTraffic(now: () => number = () => Date.now() / 1000): Traffic {
  let bins: OpenBin[] = []
  const current = (): OpenBin => {
    const at = stepOf(now())
    const last = bins.at(-1)
    if (last !== undefined && last.at >= at) return last
    const bin = { at, accepted: 0, refused: {}, latency: latencyBuckets.map(() => 0).concat(0) }
    bins = [...bins.filter((each) => isKept(each, at)), bin]
    return bin
  }
  return {
    answered: (ms, outcome) => {
      const bin = current()
      if (outcome === 'accepted') bin.accepted++
      const bucket = latencyBuckets.findIndex((bound) => ms <= bound)
      const index = bucket === -1 ? latencyBuckets.length : bucket
      bin.latency[index] = (bin.latency[index] ?? 0) + 1
    },
    refused: (code) => {
      const { refused } = current()
      refused[code] = (refused[code] ?? 0) + 1
    },
    bins: () => bins.filter((bin) => isKept(bin, stepOf(now()))),
  }
}

/**
 * Merges the steps of several processes.
 *
 * @example mergeBins(processes.map(({ bins }) => bins))
 */
export function mergeBins(all: readonly (readonly TrafficBin[])[]): readonly TrafficBin[] {
  const merged = new Map<number, TrafficBin>()
  for (const bin of all.flat()) {
    const before = merged.get(bin.at)
    merged.set(bin.at, before === undefined ? bin : sum(before, bin))
  }
  return [...merged.values()].sort((a, b) => a.at - b.at)
}

function sum(a: TrafficBin, b: TrafficBin): TrafficBin {
  const codes = new Set([...Object.keys(a.refused), ...Object.keys(b.refused)])
  const refused = [...codes].map((code) => [code, (a.refused[code] ?? 0) + (b.refused[code] ?? 0)])
  return {
    at: a.at,
    accepted: a.accepted + b.accepted,
    refused: Object.fromEntries(refused) as Record<string, number>,
    latency: a.latency.map((count, i) => count + (b.latency[i] ?? 0)),
  }
}

const stepOf = (seconds: number): number => Math.floor(seconds / stepSeconds) * stepSeconds
const isKept = ({ at }: TrafficBin, present: number): boolean => at > present - kept * stepSeconds
