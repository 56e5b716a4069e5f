import { createHash } from 'node:crypto'
import type { SessionHooks } from 'jotgate'
import { theService, userOf, type ServiceEvent } from '../events/event.js'
import { currentPlace } from '../events/place.js'
import type { Logger } from 'pino'
import type { Events } from '../events/events.js'
import type { Metrics } from '../observing/metrics.js'

/** What a hook of sessions hears of. */
type Heard = Parameters<NonNullable<SessionHooks['onReused']>>[0]

/** What the hooks use. */
export interface HookRooms {
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'session'>
  readonly events: Pick<Events, 'record' | 'keep'>
  /** Ends what came from a session that has ended; tried again until it succeeds. */
  readonly onEnded?: ((ended: Heard) => Promise<void>) | undefined
}

/** Counts, logs and records what becomes of sessions. */
export function hooksOf({ log, metrics, events, onEnded }: HookRooms): SessionHooks {
  const warn = (sid: string, message: string) => {
    log.warn({ session: fingerprint(sid) }, message)
  }
  return {
    onRefreshed: () => {
      metrics.session('refreshed')
    },
    onReplayed: (heard) => {
      metrics.session('replayed')
      return events.record(byUser('session.replayed', heard))
    },
    onRecovered: (heard) => {
      metrics.session('recovered')
      return events.record(byUser('session.recovered', heard))
    },
    onReused: (heard) => {
      metrics.session('reused')
      warn(heard.sid, 'a refresh token came twice: session ended')
      return events.record({ ...byService('session.reused', heard), result: 'refused' })
    },
    onEvicted: (heard) => {
      metrics.session('evicted')
      const message =
        'a user had the most sessions that one client may have: the least recently used one ended'
      log.info({ session: fingerprint(heard.sid) }, message)
      return events.record(byService('session.evicted', heard))
    },
    onRolledBack: (heard) => {
      metrics.session('rolled_back')
      warn(heard.sid, 'the store has lost writes: session ended')
      return events.record({ ...byService('session.rolled-back', heard), result: 'refused' })
    },
    onEnded: async (heard) => {
      await onEnded?.(heard)
      await events.keep(byService('session.ended', heard))
    },
  }
}

/** What the holder of a refresh token caused. */
function byUser(kind: ServiceEvent['kind'], heard: Heard): ServiceEvent {
  return { ...about(kind, heard), actor: userOf(heard.subject) }
}

/** What the service did, or found: it does not know whose doing it is. */
function byService(kind: ServiceEvent['kind'], heard: Heard): ServiceEvent {
  return { ...about(kind, heard), actor: theService, subject: userOf(heard.subject) }
}

function about(kind: ServiceEvent['kind'], { sid, client }: Heard): Omit<ServiceEvent, 'actor'> {
  const from = currentPlace()
  return { kind, result: 'done', sid, client, ...(from === undefined ? {} : { from }) }
}

/** Identifies a session in the log, without being its name elsewhere. */
function fingerprint(sid: string): string {
  return createHash('sha256').update(sid).digest('hex').slice(0, 12)
}
