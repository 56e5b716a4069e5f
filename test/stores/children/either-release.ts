/**
 * A process of this release, or of release 0.1.0 as it was recorded, over the sessions at a place. What it does and at
 * what time it is told.
 */
import type { AuthError } from '../../../src/foundation/errors.js'
import {
  createServiceKeys,
  createSessions,
  type Authentication,
  type TokenResponse,
} from '../../../src/session/index.js'
import { pickDriver } from '../../../src/stores/redis/pick-driver.js'
import { redisPort } from '../../../src/stores/redis/redis-port.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import type { Claims } from '../../../src/token/index.js'
import { loadEarlierRelease, type EarlierRelease } from '../recorded/earlier-sessions.js'
import { deadlineMs, openFile, openPool, openRedis, openStores, readPlace } from './open-stores.js'

/** What a process is told; the last two only of this release, `facts` and `authentication` as well. */
export type Task =
  | { readonly what: 'log in'; readonly facts?: Claims; readonly authentication?: Authentication }
  | { readonly what: 'refresh' | 'end'; readonly token: string }
  | { readonly what: 'list' | 'sweep' }
  | { readonly what: 'update'; readonly sid: string; readonly facts: Claims }
  | { readonly what: 'step up'; readonly sid: string; readonly authentication: Authentication }

/** A task, and the time at which it is done. */
export interface Order {
  readonly task: Task
  readonly now: number
}

/** What comes of it. */
export interface Answer {
  readonly token?: string
  readonly sid?: string
  readonly claims?: Claims
  /** Of sessions, listed or swept. */
  readonly count?: number
  /** Of a refusal. */
  readonly code?: string
}

const [place = '', secret = '', startedAt = '', recorded = ''] = process.argv.slice(2)
let now = Number(startedAt)
const current = Buffer.from(secret, 'hex')
const subject = 'user-1'
const client = 'web'
const common = {
  sign: (claims: Claims = {}) =>
    Promise.resolve(`a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c`),
  loadSubject: () => Promise.resolve({ claims: {} }),
  now: () => now,
  storeDeadlineMs: 2 * deadlineMs,
}

async function openPresent() {
  const { sessions: kept } = await openStores(place)
  const store = { ...kept, clock: () => Promise.resolve(now) }
  const serviceKey = createServiceKeys({ current })
  const sessions = createSessions({ ...common, store, serviceKey, monotonic: () => now })
  return { ...sessions, sweep: () => sessions.sweep() }
}

async function earlierStore({ migrate, sessionsSchema, ...release }: EarlierRelease) {
  const { kind, name: schema } = readPlace(place)
  if (kind.endsWith('redis'))
    return release.redisSessions(redisPort(pickDriver(await openRedis(place)), deadlineMs), schema)
  const database =
    kind === 'sqlite'
      ? sqliteDatabase(await openFile(place))
      : postgresDatabase(openPool(place, 4), { schema, deadlineMs })
  if (kind === 'postgres') await database.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
  await migrate(database, sessionsSchema)
  return release.sqlSessions(database)
}

async function openEarlier() {
  const release = await loadEarlierRelease(recorded)
  const store = await earlierStore(release)
  const serviceKey = release.createServiceKeys({ current })
  const sessions = release.createSessions({ ...common, store, serviceKey })
  const absent = () => Promise.reject(new Error('release 0.1.0 has no such method'))
  return { ...sessions, update: absent, stepUp: absent, sweep: () => store.sweep(now) }
}

const sessions = await (recorded === '' ? openPresent() : openEarlier())

function answerOf({ accessToken, refreshToken: token, sid }: TokenResponse): Answer {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()
  return { token, sid, claims: JSON.parse(payload) as Claims } // made above
}

async function carryOut(task: Task): Promise<Answer> {
  switch (task.what) {
    case 'log in': {
      const { facts, authentication } = task
      const details = { ...(facts && { facts }), ...(authentication && { authentication }) }
      return answerOf(await sessions.issue({ subject, client, ...details }))
    }
    case 'refresh':
      return answerOf(await sessions.refresh(task.token, { client }))
    case 'end':
      await sessions.end({ refreshToken: task.token, client })
      return {}
    case 'list':
      return { count: (await sessions.list(subject)).length }
    case 'sweep':
      return { count: await sessions.sweep() }
    case 'update':
      await sessions.update(task.sid, task.facts)
      return {}
    case 'step up':
      return answerOf(await sessions.stepUp({ sid: task.sid, subject }, task.authentication))
  }
}

function refusalOf(error: unknown): Answer {
  // An error of the recorded release is of another class.
  const { code } = error as Partial<AuthError>
  return { code: code ?? String(error) }
}

process.on('message', ({ task, now: time }: Order) => {
  now = time
  void carryOut(task)
    .catch(refusalOf)
    .then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
