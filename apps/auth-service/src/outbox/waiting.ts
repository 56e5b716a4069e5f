import type { Place } from './leases.js'
import type { TargetLoad } from './loads.js'

/**
 * How many messages wait for each target, roughly: as of the last look, and what this process has added since. Counting
 * thousands of rows for each message would block a process over SQLite.
 */
export interface Waiting {
  /** Call it before all targets are counted, and what it returns with the counts: messages are added meanwhile. */
  beginCount(): (loads: readonly Pick<TargetLoad, 'topic' | 'target' | 'waiting'>[]) => void
  noteAdded(place: Place): void
  /** The database has refused a message. */
  noteFull(place: Place): void
  /**
   * `full` was counted a moment ago; at `unsure` the database has to count, because messages may have been delivered since,
   * or the count is old.
   */
  roomAt(place: Place): 'some' | 'unsure' | 'full'
}

/** Milliseconds for which a target that was full is taken to be full. */
const fullFor = 5000

interface Count {
  readonly messages: number
  /** When the database has counted that many; undefined for an estimate, and where there is room. */
  readonly fullAt: number | undefined
}

/**
 * @param now milliseconds that only grow; default: those of the process
 * @example createWaiting(20_000).roomAt({ topic: 'webhook', target }) // 'some'
 */
export function createWaiting(most: number, now: () => number = () => performance.now()): Waiting {
  let counts = new Map<string, Count>()
  let addedMeanwhile = new Map<string, number>()
  const countOf = (place: Place): Count =>
    counts.get(nameOf(place)) ?? { messages: 0, fullAt: undefined }
  const counted = (messages: number): Count => {
    return { messages, fullAt: messages >= most ? now() : undefined }
  }
  return {
    beginCount: () => {
      const added = new Map<string, number>()
      addedMeanwhile = added
      return (loads) => {
        counts = new Map(loads.map((load) => [nameOf(load), counted(load.waiting)]))
        for (const [name, more] of added) {
          const messages = (counts.get(name)?.messages ?? 0) + more
          counts.set(name, { messages, fullAt: undefined })
        }
      }
    },
    noteAdded: (place) => {
      addedMeanwhile.set(nameOf(place), (addedMeanwhile.get(nameOf(place)) ?? 0) + 1)
      counts.set(nameOf(place), { messages: countOf(place).messages + 1, fullAt: undefined })
    },
    noteFull: (place) => {
      counts.set(nameOf(place), counted(most))
    },
    roomAt: (place) => {
      const { messages, fullAt } = countOf(place)
      if (messages < most) return 'some'
      return fullAt !== undefined && now() - fullAt < fullFor ? 'full' : 'unsure'
    },
  }
}

function nameOf({ topic, target }: Place): string {
  return JSON.stringify([topic, target])
}
