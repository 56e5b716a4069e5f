import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { QueueLoad } from '../limits/queue.js'
import type { KeyRing } from 'jotgate'
import type { OutboxStatus } from '../outbox/message.js'
import type { CacheUse, RevocationStatus } from 'jotgate/extend'

/** Values read at each scrape. */
export interface Sources {
  readonly revocations: () => RevocationStatus
  readonly cache: () => CacheUse | undefined
  readonly hashing: () => QueueLoad
  readonly outbox: () => OutboxStatus
  readonly ring: KeyRing | undefined
  readonly audit: { owed(): number; lost(): number }
}

/** An event of a session. */
export type SessionEventKind =
  'refreshed' | 'replayed' | 'recovered' | 'reused' | 'rolled_back' | 'evicted'

/** Counters for Prometheus. No label contains anything that a caller has sent. */
export interface Metrics {
  answered(answer: {
    readonly route: string
    readonly method: string
    readonly status: number
    readonly ms: number
  }): void
  refused(code: string): void
  session(kind: SessionEventKind): void
  /** From now on these values are measured too. */
  measure(sources: Sources): void
  /** Text in Prometheus's format, and its type. */
  render(): Promise<{ readonly text: string; readonly type: string }>
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** @example metrics.refused('TOKEN_EXPIRED') */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'jotgate_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: seconds,
    registers,
  })
  const refusals = new Counter({
    name: 'jotgate_refusals_total',
    help: 'Requests that were refused, by the code of the error table',
    labelNames: ['code'],
    registers,
  })
  const sessions = new Counter({
    name: 'jotgate_sessions_total',
    help: 'What happened to sessions: refreshed, replayed, recovered, reused (theft), rolled_back, evicted',
    labelNames: ['event'],
    registers,
  })
  return {
    answered: ({ ms, method, route, status }) => {
      duration.observe({ method, route, status }, ms / 1000)
    },
    refused: (code) => {
      refusals.inc({ code })
    },
    session: (event) => {
      sessions.inc({ event })
    },
    measure: (sources) => {
      addGauges(registers, sources)
    },
    render: async () => ({ text: await registry.metrics(), type: registry.contentType }),
  }
}

/** Each value is read by its own function at each scrape. */
function addGauges(registers: Registry[], sources: Sources): void {
  for (const [name, [help, read]] of Object.entries(gaugesOf(sources))) {
    new Gauge({
      name: `jotgate_${name}`,
      help,
      registers,
      collect() {
        const value = read()
        if (value === undefined) this.reset()
        else this.set(value)
      },
    })
  }
}

type Gauges = Readonly<Record<string, readonly [help: string, read: () => number | undefined]>>

function gaugesOf(sources: Sources): Gauges {
  const { revocations, cache, hashing, ring, audit } = sources
  return {
    revocation_entries: [
      'Entries that this process refuses tokens by',
      () => revocations().entries,
    ],
    revocation_staleness_seconds: [
      'Age of the last heartbeat through the store of revocations',
      () => revocations().staleness,
    ],
    revocation_ready: [
      '1 while this process can tell what is revoked',
      () => Number(revocations().ready),
    ],
    verified_cache_hits: ['Tokens that the cache knew, since the start', () => cache()?.hits],
    verified_cache_misses: [
      'Tokens that the cache did not know, since the start',
      () => cache()?.misses,
    ],
    hashing_running: ['Passwords that are being hashed', () => hashing().running],
    hashing_done: ['Passwords that were hashed, since the start', () => hashing().done],
    hashing_waiting: ['Passwords that wait to be hashed', () => hashing().waiting],
    ...outboxGauges(sources),
    audit_owed_rows: ['Rows of the audit log that the database has refused', () => audit.owed()],
    audit_lost_events: [
      'Events without a row in the audit log, since the start',
      () => audit.lost(),
    ],
    key_ring_keys: ['Keys in the ring', () => ring?.list().length],
    key_ring_staleness_seconds: [
      'Age of the last answer of the ring\u2019s store',
      () => ring?.status().staleness,
    ],
  }
}

function outboxGauges({ outbox }: Sources): Gauges {
  return {
    outbox_waiting: [
      'Messages of all processes that wait for their delivery',
      () => outbox().waiting,
    ],
    outbox_oldest_seconds: ['Age of the oldest of them', () => outbox().oldest],
    outbox_failed: [
      'Messages of all processes that were given up within a week',
      () => outbox().failed,
    ],
    outbox_delivered: [
      'Messages that this process has delivered, since the start',
      () => outbox().delivered,
    ],
    outbox_attempts_failed: [
      'Attempts of this process that failed, since the start',
      () => outbox().attemptsFailed,
    ],
    outbox_dropped: [
      'Messages that this process dropped as too many waited, since the start',
      () => outbox().dropped,
    ],
  }
}
