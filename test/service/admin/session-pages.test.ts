import { join } from 'node:path'
import { openSqlite, sqliteStores } from 'jotgate/stores/sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleSession } from '../../../src/testkit/sample-session.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { callerOf } from './calling.js'

const folder = temporaryFolder()
let service: RunningService
let token: string
const { call, login } = callerOf(() => service)

/** Alice's session that asks, and 210 that began before it. */
const count = 211

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  token = (await login('alice', 'secret')).accessToken
  const { body } = await call('GET /admin/users', token)
  const [alice] = body['users'] as { id: string }[]
  const file = await openSqlite(join(folder.path, 'jotgate.db'))
  const now = Math.floor(Date.now() / 1000)
  for (let at = 1; at < count; at++) {
    const createdAt = now - 60 - Math.floor(at / 2)
    const times = {
      createdAt,
      rotatedAt: createdAt,
      idleExpiry: now + 900,
      absoluteExpiry: now + 900,
    }
    await sqliteStores(file).sessions.create(sampleSession({ subject: alice?.id ?? '', ...times }))
  }
  file.close()
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

interface Row {
  readonly id: string
  readonly createdAt: number
}

async function pagesOf(path: string, limit: number): Promise<Row[][]> {
  const pages: Row[][] = []
  let more = ''
  for (let round = 0; round < 99; round++) {
    const { status, body } = await call(`GET ${path}?limit=${String(limit)}${more}`, token)
    expect(status).toBe(200)
    pages.push(body['sessions'] as Row[])
    const { next } = body
    if (typeof next !== 'string') return pages
    more = `&after=${next}`
  }
  throw new Error('the pages have no end')
}

test.each(['/user/sessions', '/admin/sessions'])(
  '%s comes in pages, each session once, newest first',
  async (path) => {
    const pages = await pagesOf(path, 50)
    expect(pages.map((page) => page.length)).toEqual([50, 50, 50, 50, 11])
    const rows = pages.flat()
    expect(new Set(rows.map(({ id }) => id)).size).toBe(count)
    const times = rows.map(({ createdAt }) => createdAt)
    expect(times).toEqual(times.toSorted((one, other) => other - one))
    expect(await pagesOf(path, 200)).toEqual([rows.slice(0, 200), rows.slice(200)])
  },
)

test('an answer has 50 sessions at most unless more are asked for', async () => {
  for (const path of ['/user/sessions', '/admin/sessions']) {
    const { body } = await call(`GET ${path}`, token)
    expect(body['sessions']).toHaveLength(50)
  }
})

test.each(['after=x', 'after=1.short', 'limit=0', 'limit=201', 'limit=x'])(
  'a page of sessions for %s is refused',
  async (query) => {
    for (const path of ['/user/sessions', '/admin/sessions']) {
      const { status, body } = await call(`GET ${path}?${query}`, token)
      expect(status).toBe(400)
      expect(body['detail']).toMatch(/^(after|limit): /)
    }
  },
)
