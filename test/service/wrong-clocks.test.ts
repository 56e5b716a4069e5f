import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { testWithServices as test, type Own } from './own-services.js'
import { readPair, type Pair } from './pair.js'
import { runService, type RunningService } from './running-service.js'
import { startPostgres } from '../setup/postgres.js'

const password = 'a long and quiet river'
const shim = pathToFileURL(join(import.meta.dirname, '../setup/shifted-clock.mjs')).href

/** A data folder with a configuration and an administrator, and processes over it with clocks of their own. */
async function prepare({ folder, start }: Own) {
  const dataDir = folder()
  const config = join(dataDir, 'jotgate.yaml')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\nkeySetMaxAge: 1s\n',
  )
  const env = { JOTGATE_CONFIG: config, DATA_DIR: dataDir }
  const added = await runService(env, ['user', 'add', 'root', 'admin'], password)
  expect(added.code).toBe(0)
  let processes = 0
  return async (ahead: number) => {
    const file = join(dataDir, `shift-${String(processes++)}`)
    const shift = (seconds: number) => {
      writeFileSync(file, String(seconds))
    }
    shift(ahead)
    const shifted = { ...env, SHIFT: file, NODE_OPTIONS: `--import ${shim}` }
    const service = await start({ dataDir, env: shifted })
    return { service, shift }
  }
}

function post({ origin }: RunningService, path: string, given: { json?: object; token?: string }) {
  const { json = {}, token } = given
  return fetch(origin + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(json),
  })
}

async function login(service: RunningService): Promise<Pair> {
  const answer = await post(service, '/user/login', { json: { username: 'root', password } })
  expect(answer.status).toBe(200)
  return readPair((await answer.json()) as Record<string, unknown>)
}

async function profile({ origin }: RunningService, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${origin}/user/profile`, { headers })).status
}

async function notes({ origin }: RunningService): Promise<readonly string[]> {
  const answer = await fetch(`${origin}/readyz`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { notes?: string[] }).notes ?? []
}

test('a process 45 s ahead leaves the other its key during a rotation', async ({ own }) => {
  const startAt = await prepare(own)
  const { service: right } = await startAt(0)
  const { service: fast } = await startAt(45)
  const { accessToken: token } = await login(right)
  // The fast process is past the rotation that the right one has yet to make.
  for (const service of [right, fast, right]) {
    const answer = await post(service, '/admin/keys/rotate', { token })
    expect(answer.status).toBe(200)
  }
  for (const service of [right, fast]) {
    const { accessToken } = await login(service)
    expect(await notes(service)).toEqual([])
    for (const each of [right, fast]) expect(await profile(each, accessToken)).toBe(200)
  }
})

test('a first start with a clock an hour ahead heals when the clock is put right, and says so', async ({
  own,
}) => {
  const startAt = await prepare(own)
  const { service, shift } = await startAt(3600)
  const early = await login(service)
  expect(await profile(service, early.accessToken)).toBe(200)
  expect(await notes(service)).toEqual([])
  shift(0)
  await expect
    .poll(() => notes(service))
    .toEqual([expect.stringMatching(/until 3[56]\d\d s from now/)])
  expect(await profile(service, (await login(service)).accessToken)).toBe(200)
  const { refreshToken } = early
  const refreshed = await post(service, '/user/refresh', { json: { refreshToken } })
  const later = readPair((await refreshed.json()) as Record<string, unknown>)
  expect(await profile(service, later.accessToken)).toBe(200)
  await service.stop()
  const { service: again } = await startAt(0)
  expect(await profile(again, (await login(again)).accessToken)).toBe(200)
  expect(await notes(again)).toHaveLength(1)
  expect(again.output()).toContain('by about so much a clock was wrong')
})

test('a process two minutes ahead of PostgreSQL says so', async ({ own: { folder, start } }) => {
  const postgres = await startPostgres()
  const dataDir = folder()
  const [config, file] = [join(dataDir, 'jotgate.yaml'), join(dataDir, 'shift')]
  const yaml = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'
  const secrets = 'encryptionKey: env:RING_KEY\nrefreshSecret: env:REFRESH_SECRET\n'
  writeFileSync(config, `${yaml}${secrets}database: \${URL}\n`)
  writeFileSync(file, '120')
  const env = {
    ...{ JOTGATE_CONFIG: config, URL: postgres.url, SHIFT: file },
    RING_KEY: randomBytes(32).toString('base64'),
    REFRESH_SECRET: randomBytes(48).toString('base64'),
  }
  const service = await start({ dataDir, env: { ...env, NODE_OPTIONS: `--import ${shim}` } })
  const said = /^the clock of this process is 1[12]\d s ahead of the clock of the database/
  // A busy server may miss the deadline of the first look; the next one is half a minute later.
  const looked = expect.poll(() => notes(service), { timeout: 90_000 })
  await looked.toContainEqual(expect.stringMatching(said))
  await service.stop()
  await postgres.stop()
}, 120_000)
