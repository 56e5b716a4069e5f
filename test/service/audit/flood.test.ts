import { expect, test } from 'vitest'
import { bounds, createFlood } from '../../../apps/auth-service/src/audit/flood.js'
import { theService } from '../../../apps/auth-service/src/events/event.js'
import { createWorld, login } from './audit-world.js'
import { auditDatabases } from './databases.js'

const databases = auditDatabases()
const refused = (user: string) => login(user, { result: 'refused', reason: 'password' })

test('a flood of unknown names from many networks leaves a bounded number of rows', async () => {
  const world = createWorld(await databases.SQLite())
  const audit = await world.process()
  for (let at = 0; at < 50_000; at++)
    audit.sink.refusedUnknown(`10.0.${String(at % 40)}.${String(at % 250)}`)
  await audit.storeCounts()
  const page = { limit: 500, order: 'oldest first' } as const
  const rows = await audit.search({ kind: 'user.unknown-refused' }, page)
  expect(rows).toHaveLength(bounds.networks + 1)
  const counts = rows.map(({ details }) => (JSON.parse(details ?? '') as { count: number }).count)
  expect(counts.reduce((sum, count) => sum + count)).toBe(50_000)
  expect(rows.filter(({ address }) => address === null)).toHaveLength(1)
  expect(await world.findings()).toEqual([])
  await audit.storeCounts()
  expect(await world.verify()).toMatchObject({ rows: bounds.networks + 2 })
})

test('refusals of one account have rows of their own up to a bound, and one row counts the others', async () => {
  const world = createWorld(await databases.SQLite())
  const audit = await world.process()
  for (let at = 0; at < 500; at++) await audit.sink.take(refused('ann'))
  await audit.sink.take(refused('ben'))
  await audit.sink.take(login('ann'))
  await audit.storeCounts()
  const page = { limit: 500, order: 'oldest first' } as const
  const rows = (await audit.search({ actor: 'ann' }, page)).filter(
    ({ result }) => result === 'refused',
  )
  expect(rows).toHaveLength(bounds.single + 1)
  expect(rows.at(-1)).toMatchObject({ reason: 'password', actorName: 'ann@example.com' })
  expect(rows.at(-1)?.details).toMatch(/^\{"since":\d+,"until":\d+,"count":490\}$/)
  expect(rows.at(-1)?.address).toBeNull()
  expect(await audit.search({ actor: 'ben' }, page)).toHaveLength(1)
})

test('thefts are bounded for each user, not for the service that finds them', () => {
  const flood = createFlood()
  const theft = (user: string) =>
    login('', {
      ...refused(''),
      kind: 'session.reused',
      actor: theService,
      subject: { kind: 'user', id: user },
    })
  const users = Array.from({ length: 100 }, (_, at) => `user-${String(at)}`)
  expect(users.filter((user) => flood.admit(theft(user)) !== undefined)).toHaveLength(100)
  const again = Array.from({ length: 100 }, () => flood.admit(theft('user-1')))
  expect(again.filter((each) => each !== undefined)).toHaveLength(bounds.single - 1)
  expect(flood.counted()).toMatchObject([{ kind: 'session.reused', subject: 'user-1' }])
})

test('more refused accounts than the bound share one row that counts them', () => {
  const flood = createFlood()
  const admitted = Array.from({ length: 3 * bounds.parties }, (_, at) =>
    flood.admit(refused(`user-${String(at)}`)),
  ).filter((each) => each !== undefined)
  expect(admitted).toHaveLength(bounds.parties)
  const [row, ...others] = flood.counted()
  expect(others).toEqual([])
  expect(row).toMatchObject({ kind: 'audit.lost', reason: 'too-many' })
  expect(row?.details).toContain(`"count":${String(2 * bounds.parties)}`)
})

test('what administrators do is never counted together', () => {
  const flood = createFlood()
  const act = login('ann', { kind: 'user.created', subject: { kind: 'user', id: 'user-2' } })
  const admitted = Array.from({ length: 1000 }, () => flood.admit(act))
  expect(admitted.every((each) => each !== undefined)).toBe(true)
  expect(flood.counted()).toEqual([])
})

test('what a user does to itself over and over is counted beyond a bound, and what is done to others never', () => {
  const flood = createFlood()
  const own = login('ann', { kind: 'user.profile-changed' })
  const admitted = (count: number, event: typeof own) =>
    Array.from({ length: count }, () => flood.admit(event)).filter((each) => each !== undefined)
  expect(admitted(200, own)).toHaveLength(bounds.own)
  const subject = { kind: 'user', id: 'user-2' } as const
  expect(admitted(200, login('ann', { kind: 'user.changed', subject }))).toHaveLength(200)
  const ended = { kind: 'session.ended', actor: theService, subject } as const
  expect(admitted(200, login('', ended))).toHaveLength(bounds.own)
  const counts = flood
    .counted()
    .map(({ kind, details }) => [kind, /"count":(\d+)/.exec(details ?? '')?.[1]])
  expect(counts).toEqual([
    ['user.profile-changed', '140'],
    ['session.ended', '140'],
  ])
})

test('logins of very many users have a row each, whatever else is counted in that minute', () => {
  const flood = createFlood()
  const users = Array.from({ length: 3000 }, (_, at) => `user-${String(at)}`)
  expect(users.filter((user) => flood.admit(login(user)) === undefined)).toEqual([])
  const refusals = users.filter((user) => flood.admit(refused(user)) !== undefined)
  expect(refusals).toHaveLength(bounds.parties)
  expect(flood.admit(login('late'))).toBeDefined()
})
