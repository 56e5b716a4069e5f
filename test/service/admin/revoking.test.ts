import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pair } from '../pair.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { callerOf } from './calling.js'

const folder = temporaryFolder()
const password = 'eleven herons over a weir'
let service: RunningService
let admin: Pair
let bobId: string

const { call, login, profileStatus, refreshStatus } = callerOf(() => service)
const asAdmin = (operation: string, body?: unknown) => call(operation, admin.accessToken, body)

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  admin = await login('alice', 'secret')
  const bob = await asAdmin('POST /admin/users', { username: 'bob', password })
  bobId = String(bob.body['id'])
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

test.each([
  [{ kind: 'all' }, 'everything'],
  [{ kind: 'client', value: 'first-party' }, 'first-party'],
])(
  '%j takes a word, says how many sessions it hits, and hits none that follow',
  async (named, word) => {
    const pair = await login('bob', password)
    const preview = await asAdmin('POST /admin/revocations/preview', named)
    expect(preview.body['confirm']).toBe(word)
    const sessions = Number(preview.body['sessions'])
    expect(sessions).toBeGreaterThanOrEqual(2)
    for (const confirm of [undefined, 'yes', `${word} `, word.toUpperCase()]) {
      const answer = await asAdmin('POST /admin/revocations', { ...named, confirm })
      expect([answer.status, answer.body['reason']]).toEqual([409, 'confirmation_required'])
      expect(answer.body['detail']).toContain(`${String(sessions)} live sessions`)
      expect(answer.body['detail']).toContain(`"${word}"`)
    }
    expect(await profileStatus(pair)).toBe(200)
    const done = await asAdmin('POST /admin/revocations', { ...named, confirm: word })
    expect(done.status).toBe(204)
    expect(await profileStatus(pair)).toBe(401)
    expect(await profileStatus(await login('bob', password))).toBe(200)
    expect(await refreshStatus(pair)).toBe(200)
    admin = await login('alice', 'secret')
  },
)

test('a preview counts the sessions of a subject, a session and a client, and those of a token not', async () => {
  const { sid } = await login('bob', password)
  const preview = async (body: object) =>
    (await asAdmin('POST /admin/revocations/preview', body)).body
  const ofBob = await preview({ kind: 'sub', value: bobId })
  expect(Number(ofBob['sessions'])).toBeGreaterThanOrEqual(1)
  expect(await preview({ kind: 'sid', value: sid })).toEqual({ sessions: 1 })
  expect(await preview({ kind: 'client', value: 'nobody' })).toEqual({ sessions: 0 })
  expect(await preview({ kind: 'jti', value: 'a-token' })).toEqual({})
  expect((await asAdmin('POST /admin/revocations/preview', { kind: 'sid' })).status).toBe(400)
})

test('a session that is revoked by its name ends, and gives out no tokens again once the entry has expired', async () => {
  const [pair, other] = [await login('bob', password), await login('bob', password)]
  const named = { kind: 'sid', value: pair.sid }
  expect((await asAdmin('POST /admin/revocations', named)).status).toBe(204)
  const { body } = await asAdmin(`GET /admin/sessions?search=${pair.sid}`)
  expect(body['sessions']).toEqual([])
  expect([await profileStatus(pair), await refreshStatus(pair)]).toEqual([401, 401])
  expect(await profileStatus(other)).toBe(200)
  const foreign = { kind: 'sid', value: 'a-session-of-another-issuer' }
  expect((await asAdmin('POST /admin/revocations', foreign)).status).toBe(204)
})
