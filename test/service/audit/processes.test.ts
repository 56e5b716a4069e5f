import { readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { callerOf } from '../admin/calling.js'
import { testWithServices } from '../own-services.js'
import { runService, type RunningService } from '../running-service.js'

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres.stop()
})

const password = 'a good long password'
const yaml =
  'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\ndatabase: ${URL}\n' +
  'encryptionKey: env:RING_KEY\nrefreshSecret: env:REFRESH_SECRET\nauditKey: env:AUDIT_KEY\n'

testWithServices(
  'of three processes over one PostgreSQL, one of them killed, no acknowledged row is missing and every chain is whole',
  async ({ folder, start }) => {
    const config = join(folder(), 'jotgate.yaml')
    writeFileSync(config, yaml)
    const secret = () => randomBytes(48).toString('base64')
    const key = () => randomBytes(32).toString('base64')
    const env = {
      ...{ JOTGATE_CONFIG: config, URL: postgres.url, RING_KEY: key(), AUDIT_KEY: key() },
      REFRESH_SECRET: secret(),
    }
    const command = (args: string[], input = '', more: object = {}) =>
      runService({ ...env, DATA_DIR: folder(), ...more }, args, input)
    expect((await command(['user', 'add', 'ann'], password)).code).toBe(0)
    const folders = [folder(), folder(), folder()]
    const services = await Promise.all(folders.map((dataDir) => start({ dataDir, env })))
    const [victim] = services
    const acknowledged: string[] = []
    let toldByVictim = 0
    const logIn = async (service: RunningService) => {
      const { body } = await callerOf(() => service).call('POST /user/login', undefined, {
        ...{ username: 'ann', password },
      })
      acknowledged.push(String(body['sid']))
      if (service === victim) toldByVictim++
    }
    const work = services.map(async (service) => {
      for (let at = 0; at < 6; at++) {
        const together = [logIn(service), logIn(service)]
        const results = await Promise.allSettled(together)
        if (service !== victim)
          expect(results.map(({ status }) => status)).not.toContain('rejected')
        if (service === victim && at === 2) void victim.stop('SIGKILL')
      }
    })
    await Promise.all(work)
    await Promise.all(services.map((service) => service.stop()))
    expect(toldByVictim).toBeGreaterThan(5)
    expect(acknowledged.length).toBeGreaterThanOrEqual(24 + toldByVictim)

    const heads = folders.flatMap((each) => ['--heads', join(each, 'audit-heads.jsonl')])
    const verified = await command(['audit', 'verify', '--json', ...heads])
    expect(verified.code, verified.output).toBe(0)
    // The command that added the user, and the three; the killed one has no closing row.
    const verdict = JSON.parse(verified.output) as object
    expect(verdict).toMatchObject({ chains: 4, open: 1, found: 0 })
    const { output } = await command(['audit', 'export'])
    const rows = output.trimEnd().split('\n')
    const written = rows.flatMap((line) => {
      const { kind, sid } = JSON.parse(line) as { readonly kind: string; readonly sid?: string }
      return kind === 'user.login' && sid !== undefined ? [sid] : []
    })
    expect(acknowledged.filter((sid) => !written.includes(sid))).toEqual([])

    // With another key nothing verifies, and the old one among the previous keys is enough.
    const other = { AUDIT_KEY: key() }
    const unknown = await command(['audit', 'verify'], '', other)
    expect([unknown.code, unknown.output]).toEqual([1, expect.stringContaining('prevAuditKeys')])
    const rotated = join(folder(), 'rotated.yaml')
    writeFileSync(rotated, `${readFileSync(config, 'utf8')}prevAuditKeys: [env:OLD_KEY]\n`)
    const more = { ...other, JOTGATE_CONFIG: rotated, OLD_KEY: env.AUDIT_KEY }
    expect((await command(['audit', 'verify'], '', more)).code).toBe(0)
  },
  90_000,
)
