import { randomBytes } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { callerOf } from '../admin/calling.js'
import { testWithServices as test } from '../own-services.js'
import { readPair } from '../pair.js'
import type { RunningService } from '../running-service.js'
import { logIn, prepareDrill, publishedKids, statusesOf } from './drill.js'

const secret = () => randomBytes(32).toString('base64')

/** Another text of the configuration, where each secret is the new one, and the one before is there or gone. */
function fields(names: Readonly<Record<string, string>>): string {
  const lines = Object.entries(names).map(([field, variable]) => `${field}: env:${variable}\n`)
  return lines.join('')
}

const metricsStatus = async ({ origin }: RunningService, token: string | undefined) => {
  const headers = { authorization: `Bearer ${token ?? ''}` }
  return (await fetch(`${origin}/metrics`, { headers })).status
}

test.concurrent(
  'encryptionKey, refreshSecret, auditKey and metricsToken are replaced without a login',
  async ({ own }) => {
    const names = ['K1', 'K2', 'R1', 'R2', 'A1', 'A2', 'M1', 'M2'] as const
    const env = Object.fromEntries(names.map((name) => [name, secret()]))
    const secrets = (of: 1 | 2) =>
      fields({
        encryptionKey: `K${String(of)}`,
        refreshSecret: `R${String(of)}`,
        auditKey: `A${String(of)}`,
        metricsToken: `M${String(of)}`,
      })
    const first = secrets(1)
    const drill = await prepareDrill(own, { more: first, env })
    const before = await drill.start()
    const pair = await logIn(before)
    const unused = await logIn(before)
    const kids = await publishedKids(before)
    await before.stop()

    const second = secrets(2)
    const keptAudit = `${second}prevAuditKeys: [env:A1]\n`
    drill.configure(keptAudit + fields({ prevEncryptionKey: 'K1', prevRefreshSecret: 'R1' }))
    const between = await drill.start()
    const { call, profileStatus } = callerOf(() => between)
    expect(await publishedKids(between)).toEqual(kids)
    expect([await metricsStatus(between, env.M1), await metricsStatus(between, env.M2)]).toEqual([
      401, 200,
    ])
    expect(await profileStatus(pair)).toBe(200)
    const { refreshToken } = pair
    const refreshed = await call('POST /user/refresh', undefined, { refreshToken })
    expect(refreshed.status).toBe(200)
    // The ring is sealed anew when it is written next.
    const { accessToken } = await logIn(between)
    expect((await call('POST /admin/keys/rotate', accessToken)).status).toBe(200)
    await between.stop()
    expect((await drill.command('audit verify')).code).toBe(0)

    drill.configure(second)
    expect((await drill.command('audit verify')).code).toBe(1) // the rows of the key before
    const after = await drill.start()
    const next = readPair({ ...refreshed.body, sid: pair.sid })
    expect(await statusesOf(after, next)).toEqual([200, 200])
    expect(await statusesOf(after, unused)).toEqual([200, 401])
  },
)

test.concurrent(
  'auth.accessSecret is replaced while the tokens of the one before are valid',
  async ({ own }) => {
    const env = { A1: secret(), A2: secret() }
    const drill = await prepareDrill(own, { more: 'auth: { accessSecret: env:A1 }\n', env })
    const before = await drill.start()
    const pair = await logIn(before)
    await before.stop()
    drill.configure('auth: { accessSecret: env:A2, prevSecret: env:A1 }\n')
    const between = await drill.start()
    expect(await callerOf(() => between).profileStatus(pair)).toBe(200)
    const newer = await logIn(between)
    await between.stop()
    drill.configure('auth: { accessSecret: env:A2 }\n')
    const after = await drill.start()
    const { profileStatus } = callerOf(() => after)
    expect([await profileStatus(pair), await profileStatus(newer)]).toEqual([401, 200])
  },
)

test.concurrent(
  'the keys in the data folder are replaced by renaming their files',
  async ({ own }) => {
    const drill = await prepareDrill(own)
    const key = (name: string) => join(drill.dataDir, 'keys', name)
    const before = await drill.start()
    const pair = await logIn(before)
    const unused = await logIn(before)
    const kids = await publishedKids(before)
    await before.stop()

    const names = ['ring', 'refresh', 'audit'] as const
    for (const name of names) renameSync(key(`${name}.key`), key(`${name}.prev.key`))
    const between = await drill.start()
    const { call } = callerOf(() => between)
    expect(await publishedKids(between)).toEqual(kids)
    const { refreshToken } = pair
    const refreshed = await call('POST /user/refresh', undefined, { refreshToken })
    expect(refreshed.status).toBe(200)
    const { accessToken } = await logIn(between)
    expect((await call('POST /admin/keys/rotate', accessToken)).status).toBe(200)
    await between.stop()
    expect((await drill.command('audit verify')).code).toBe(0)

    for (const name of names) rmSync(key(`${name}.prev.key`))
    const after = await drill.start()
    const next = readPair({ ...refreshed.body, sid: pair.sid })
    expect(await statusesOf(after, next)).toEqual([200, 200])
    expect(await statusesOf(after, unused)).toEqual([200, 401])
  },
)
