import { join } from 'node:path'
import { openSqlite, sqliteDatabase } from 'jotgate/stores/sqlite'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { claimDatabase } from '../../../apps/auth-service/src/storage/mode.js'
import { createSqlClients } from '../../../apps/auth-service/src/oauth/sql-clients.js'

/** A registered client as it authenticates; a public one has the empty secret. */
export interface TestClient {
  readonly id: string
  readonly secret: string
}

const times = { accessTtl: 900, absoluteTtl: 86_400, idleTtl: 86_400, grace: 10, recoverWithin: 0 }
/** As in a demo: sites may be at plain http on loopback. */
const rules = { ...times, issuer: 'http://localhost:8888' }

/** Registers clients in the data folder of a demo that runs on SQLite, or of any service that will. */
export async function registerClients<Name extends string>(
  dataDir: string,
  clients: Readonly<Record<Name, NewClient>>,
  mode: 'demo' | 'configured' = 'demo',
): Promise<Readonly<Record<Name, TestClient>>> {
  const db = await openSqlite(join(dataDir, 'jotgate.db'))
  try {
    await claimDatabase(sqliteDatabase(db), mode)
    const store = await createSqlClients(sqliteDatabase(db), rules)
    const entries: [string, TestClient][] = []
    for (const [name, client] of Object.entries<NewClient>(clients)) {
      const { client: made, secret = '' } = await store.create(client)
      entries.push([name, { id: made.id, secret }])
    }
    return Object.fromEntries(entries) as Record<Name, TestClient> // one entry for each name
  } finally {
    db.close()
  }
}

/** `Authorization` of client_secret_basic. */
export function basic({ id, secret }: TestClient): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

/** An answer of an OAuth endpoint. */
export interface OAuthAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** Posts a form; `undefined` leaves a parameter out. */
export async function postForm(
  url: string,
  form: Readonly<Record<string, string | undefined>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OAuthAnswer> {
  const given = typeof form === 'string' ? [] : Object.entries(form)
  const sent = given.flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  )
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof form === 'string' ? form : new URLSearchParams(sent).toString(),
  })
  const text = await answer.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  return { status: answer.status, headers: answer.headers, body }
}
