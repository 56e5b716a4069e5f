import { setMaxListeners } from 'node:events'
import type { AttemptEnd } from './attempt.js'
import type { EndParts } from './keep-end.js'
import { Lane, type LaneLimits } from './lane.js'
import type { Place } from './leases.js'
import type { Handler } from './message.js'
import { createSlots } from './slots.js'
import type { HealthParts } from './target-health.js'

/** The deliveries of this process to all targets. */
export interface Lanes {
  deliver(topic: string, handler: Handler): void
  /** Messages for these targets may be due. */
  wake(places: readonly Place[]): void
  /** Begins no more deliveries, waits so many milliseconds for those that run, and gives the others back. */
  close(patience: number): Promise<void>
}

/** Options of {@link createLanes}. */
export interface LanesParts extends EndParts, HealthParts {
  readonly limits: LaneLimits & { readonly atOnce: number }
  readonly count: (kind: AttemptEnd['kind']) => void
  /** Called with the milliseconds that a target rests. */
  readonly onRest: (ms: number) => void
}

/** @example createLanes(parts).wake([{ topic: 'webhook', target }]) */
export function createLanes(parts: LanesParts): Lanes {
  const handlers = new Map<string, Handler>()
  const lanes = new Map<string, Lane>()
  const stop = new AbortController()
  setMaxListeners(0, stop.signal) // one for each delivery that runs
  let isClosed = false
  const onEnd = (lane: Lane, { kind }: AttemptEnd): void => {
    parts.count(kind)
    shareRoom(lanes, lane)
    if (lane.restsFor > 0) parts.onRest(lane.restsFor)
  }
  const slots = createSlots(parts.limits.atOnce)
  const shared = { ...parts, slots, stopping: stop.signal, isClosed: () => isClosed, onEnd }
  const laneOf = ({ topic, target }: Place): Lane | undefined => {
    const handler = handlers.get(topic)
    if (handler?.serves(target) !== true) return undefined
    const place = { topic, target }
    const lane = lanes.get(nameOf(place)) ?? new Lane(place, handler, shared)
    lanes.set(nameOf(place), lane)
    return lane
  }
  return {
    deliver: (topic, handler) => {
      handlers.set(topic, handler)
    },
    wake: (places) => {
      for (const place of places) laneOf(place)?.wake()
      for (const [name, lane] of lanes) if (lane.isIdle) lanes.delete(name)
    },
    close: async (patience) => {
      isClosed = true
      const late = setTimeout(() => {
        stop.abort()
      }, patience)
      await Promise.all([...lanes.values()].map((lane) => lane.settled()))
      clearTimeout(late)
    },
  }
}

/** Slots that become free go to targets with the fewest deliveries, and of these to the one that waited longest. */
function shareRoom(lanes: Map<string, Lane>, ended: Lane): void {
  const name = nameOf(ended.place)
  if (lanes.delete(name)) lanes.set(name, ended)
  const byRunning = [...lanes.values()].sort((a, b) => a.running - b.running)
  for (const lane of byRunning) lane.pump()
}

function nameOf({ topic, target }: Place): string {
  return JSON.stringify([topic, target])
}
