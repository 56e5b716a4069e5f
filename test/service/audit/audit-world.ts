import { randomBytes } from 'node:crypto'
import { createAudit, type Audit } from '../../../apps/auth-service/src/audit/audit.js'
import { auditKeysOf, type AuditKeys } from '../../../apps/auth-service/src/audit/audit-keys.js'
import type { Claim } from '../../../apps/auth-service/src/audit/claims.js'
import { verifyAudit, type Verdict } from '../../../apps/auth-service/src/audit/verify.js'
import { theService, type RecordedEvent } from '../../../apps/auth-service/src/events/event.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'

/** An audit log to look into, with the key of its chains. */
export interface World {
  readonly database: SqlDatabase
  readonly keys: AuditKeys
  /** What was logged: the messages. */
  readonly logged: readonly string[]
  /** Another process over the same database: its chain is open. */
  readonly process: () => Promise<Audit>
  readonly verify: (heads?: readonly Claim[]) => Promise<Verdict>
  /** The findings in short: kind, row, last row. */
  readonly findings: (heads?: readonly Claim[]) => Promise<readonly string[]>
}

/** Seconds that the rows of a {@link World} are kept. */
export const keep = 400 * 86_400

/** @example const world = createWorld(await databases.SQLite()) */
export function createWorld(
  database: SqlDatabase,
  keys: AuditKeys = auditKeysOf([randomBytes(32)]),
): World {
  const logged: string[] = []
  const note = (...line: unknown[]) => logged.push(String(line.at(-1)))
  const log = { error: note, warn: note }
  const verify: World['verify'] = (heads = []) => verifyAudit({ database, keys, keep, heads })
  return {
    ...{ database, keys, logged, verify },
    process: async () => {
      const audit = await createAudit({ database, keys, log, writer: theService })
      await audit.open()
      return audit
    },
    findings: async (heads) => {
      const { findings, found } = await verify(heads)
      if (found !== findings.length) throw new Error('more findings than are listed')
      return findings.map(({ kind, seq, until }) =>
        [kind, seq, until === seq ? undefined : until]
          .filter((part) => part !== undefined)
          .join(' '),
      )
    },
  }
}

let ids = 0

/** A login of a user, with everything that is personal. */
export function login(user: string, more: Partial<RecordedEvent> = {}): RecordedEvent {
  return {
    id: `event-${String(ids++)}`,
    at: Date.now() / 1000,
    kind: 'user.login',
    result: 'done',
    actor: { kind: 'user', id: user, name: `${user}@example.com` },
    client: 'web',
    sid: `session-of-${user}`,
    from: { address: '203.0.113.7', userAgent: 'Agent/1.0' },
    ...more,
  }
}

/** Records a login of each user, one after the other. */
export async function recordAll(audit: Audit, users: readonly string[]): Promise<void> {
  for (const user of users) await audit.sink.take(login(user))
}
