import { migrate, type Schema, type SqlDatabase, type SqlRow } from 'jotgate/stores/sqlite'
import { integerOf, textOf } from './columns.js'

/** A session at a site, and the login of a browser that it came from. */
export interface Site {
  /** Of the session at the site. */
  readonly sid: string
  /** Of the browser's session at this service. */
  readonly ssoSid: string
  readonly client: string
  readonly subject: string
  /** Whether it goes on when the browser's session ends, by the client's registration. */
  readonly offline: boolean
}

/** Which session at which site came from which login. A row is written before its session, and may have none. */
export interface Sites {
  /** @param code the hash of the code: a second row for one code is refused */
  add(site: Site, code: string): Promise<void>
  /** Undefined: no session of a code, such as one of `/user/login`. */
  bySid(sid: string): Promise<Site | undefined>
  ofLogin(ssoSid: string): Promise<readonly Site[]>
}

/** Rows that one sweep removes at most. */
const sweptAtOnce = 1000

/** The table, by its versions. `created_at` is Unix seconds. */
export const siteSchema: Schema = {
  part: 'service_sites',
  versions: [
    {
      adds: 'Which session at which site came from which login of a browser.',
      statements: [
        `CREATE TABLE service_sites (sid TEXT PRIMARY KEY, sso_sid TEXT NOT NULL, code TEXT NOT NULL UNIQUE,
           client TEXT NOT NULL, subject TEXT NOT NULL, offline BIGINT NOT NULL, created_at BIGINT NOT NULL)`,
        'CREATE INDEX service_sites_login ON service_sites (sso_sid)',
        'CREATE INDEX service_sites_subject ON service_sites (subject)',
        'CREATE INDEX service_sites_created ON service_sites (created_at)',
      ],
    },
  ],
}

/** The sites of a service, and what codes, its regular work and the deletion of a user need. */
export interface StoredSites extends Sites {
  /** The session that a code began. */
  sidOfCode(hash: string): Promise<string | undefined>
  /** Removes some rows whose session is gone; how many. A row may be an hour older than its session. */
  sweep(): Promise<number>
  /** Forgets the sites of a user who is deleted. */
  removeOf(subject: string): Promise<void>
}

/** Options of {@link openSites}. */
export interface SitesParts {
  readonly database: SqlDatabase
  /** The same database, with the deadline of a start; default: `database`. */
  readonly starting?: SqlDatabase
  /** Unix seconds, for tests. */
  readonly now?: () => number
}

const columns = 'sid, sso_sid, client, subject, offline'

/**
 * Opens the sites, and creates their table if it is missing.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const sites = await openSites({ database })
 */
export async function openSites(parts: SitesParts): Promise<StoredSites> {
  const { database, starting = database, now = () => Math.floor(Date.now() / 1000) } = parts
  await migrate(starting, siteSchema)
  const one = async (where: string, value: string) => {
    const text = `SELECT ${columns} FROM service_sites WHERE ${where} = $1`
    return (await database.query(text, [value])).map(readSite)[0]
  }
  return {
    add: async ({ sid, ssoSid, client, subject, offline }, code) => {
      await database.query(
        `INSERT INTO service_sites (${columns}, code, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [sid, ssoSid, client, subject, Number(offline), code, now()],
      )
    },
    bySid: (sid) => one('sid', sid),
    sidOfCode: async (hash) => (await one('code', hash))?.sid,
    ofLogin: async (ssoSid) => {
      const text = `SELECT ${columns} FROM service_sites WHERE sso_sid = $1`
      return (await database.query(text, [ssoSid])).map(readSite)
    },
    sweep: async () => {
      // The library's table: a session that is gone from it can have no tokens any more.
      const text = `DELETE FROM service_sites WHERE sid IN (SELECT sid FROM service_sites WHERE created_at < $1
        AND NOT EXISTS (SELECT 1 FROM jotgate_families WHERE jotgate_families.sid = service_sites.sid)
        ORDER BY created_at LIMIT ${String(sweptAtOnce)}) RETURNING sid`
      return (await database.query(text, [now() - 3600])).length
    },
    removeOf: async (subject) => {
      await database.query('DELETE FROM service_sites WHERE subject = $1', [subject])
    },
  }
}

function readSite(row: SqlRow): Site {
  return {
    sid: textOf(row, 'sid'),
    ssoSid: textOf(row, 'sso_sid'),
    client: textOf(row, 'client'),
    subject: textOf(row, 'subject'),
    offline: integerOf(row, 'offline') !== 0,
  }
}
