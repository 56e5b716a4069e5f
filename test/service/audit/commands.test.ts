import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openSqlite } from '../../../src/stores/sql/sqlite.js'
import { testWithServices } from '../own-services.js'
import { runService } from '../running-service.js'

const password = 'a good long password'

testWithServices.concurrent(
  'audit verify ends with 1 and names the row that was changed, and with 0 for a log that is whole',
  async ({ folder }) => {
    const dataDir = folder()
    const run = (...args: string[]) => runService({ DATA_DIR: dataDir }, args, password)
    await run('user', 'add', 'ann')
    await run('user', 'add', 'ben')
    const whole = await run('audit', 'verify')
    expect(whole).toEqual({
      code: 0,
      output:
        'The audit log is whole: 6 rows in 2 chains, 0 of them without a closing row; 0 values erased.\n',
    })
    const heads = join(dataDir, 'heads.jsonl')
    writeFileSync(heads, `no head\n${(await run('audit', 'heads')).output}`)
    expect((await run('audit', 'verify', '--heads', heads)).code).toBe(0)
    const file = await openSqlite(join(dataDir, 'jotgate.db'))
    file.exec("UPDATE service_audit_rows SET subject = 'x' WHERE kind = 'user.created'")
    file.exec("DELETE FROM service_audit_rows WHERE kind = 'audit.closed'")
    file.close()
    const changed = await run('audit', 'verify', '--heads', heads)
    expect(changed.code).toBe(1)
    expect(changed.output).toMatch(/^The audit log is NOT whole: 4 findings; 4 rows in 2 chains/)
    expect(changed.output.match(/chain [\w-]{16}, row 2: the row was changed/g)).toHaveLength(2)
    expect(changed.output.match(/row 3: the chain was cut off.*exported heads/g)).toHaveLength(2)
    const { code, output } = await run('audit', 'verify', '--json')
    // Without the exported heads: the second chain names the closing row of the first.
    expect([code, JSON.parse(output)]).toMatchObject([1, { found: 3, rows: 4, open: 2 }])
  },
  60_000,
)

testWithServices.concurrent(
  'audit export prints rows as JSON lines between two times, and wrong arguments are refused',
  async ({ folder }) => {
    const dataDir = folder()
    const run = (...args: string[]) => runService({ DATA_DIR: dataDir }, args, password)
    await run('user', 'add', 'ann')
    const { output } = await run('audit', 'export', '--since', '2001-01-01')
    const kinds = output
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly kind: string }).kind)
    expect(kinds).toEqual(['audit.opened', 'user.created', 'audit.closed'])
    expect((await run('audit', 'export', '--until', '1000000000')).output).toBe('')
    writeFileSync(join(dataDir, 'empty'), 'nothing\n')
    for (const [args, code, words] of [
      [['export', '--since', 'soon'], 1, 'a date or Unix seconds'],
      [['verify', '--heads', join(dataDir, 'empty')], 1, 'has no head in it'],
      [['verify', '--heads', join(dataDir, 'absent')], 1, 'cannot be read'],
      [['verify', '--colour'], 1, 'no such option'],
      [['verify', '--since', '1'], 2, 'usage'],
      [['erase'], 2, 'usage'],
      [['heads', 'x'], 2, 'usage'],
    ] as const) {
      const refused = await run('audit', ...args)
      expect([refused.code, refused.output], args.join(' ')).toEqual([
        code,
        expect.stringContaining(words),
      ])
    }
  },
  60_000,
)

testWithServices.concurrent(
  'a command whose opening row cannot be written changes nothing',
  async ({ folder }) => {
    const dataDir = folder()
    const run = (...args: string[]) => runService({ DATA_DIR: dataDir }, args, password)
    await run('user', 'add', 'ann')
    const file = await openSqlite(join(dataDir, 'jotgate.db'))
    file.exec('ALTER TABLE service_audit_rows RENAME TO away')
    file.close()
    expect((await run('user', 'add', 'ben')).code).toBe(1)
    expect((await run('user', 'list')).output).toBe('alice admin\nann\n')
  },
  60_000,
)

testWithServices.concurrent(
  'the key is a file of the data folder that only its owner can read, or that of the configuration, beside which the file still verifies',
  async ({ folder }) => {
    const dataDir = folder()
    const run = (args: string[], env: Readonly<Record<string, string>> = {}) =>
      runService({ DATA_DIR: dataDir, ...env }, args, password)
    const config = join(dataDir, 'jotgate.yaml')
    const yaml = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'
    writeFileSync(config, yaml)
    const env = { JOTGATE_CONFIG: config }
    await run(['user', 'add', 'ann'], env)
    expect(readFileSync(join(dataDir, 'keys/audit.key'), 'utf8')).toMatch(/^[\w-]{43}$/)
    writeFileSync(config, `${yaml}auditKey: env:AUDIT_KEY\nauditKeep: 30d\n`)
    const withKey = { ...env, AUDIT_KEY: randomBytes(32).toString('base64') }
    await run(['user', 'add', 'ben'], withKey)
    expect((await run(['audit', 'verify'], withKey)).code).toBe(0)
    const checked = await run(['check-config'], withKey)
    expect(checked.output).toContain(
      'audit log: is kept for 30 d, chained with a key from the configuration',
    )
    // Without the configured key the second chain does not verify.
    writeFileSync(config, yaml)
    const { code, output } = await run(['audit', 'verify'], env)
    expect([code, output]).toEqual([1, expect.stringContaining('add it to prevAuditKeys')])
    for (const [lines, words] of [
      ['auditKey: env:SHORT', 'auditKey: must be 32 random bytes'],
      ['prevAuditKeys: [env:AUDIT_KEY]', 'prevAuditKeys: need auditKey'],
      ['auditKey: env:AUDIT_KEY\nprevAuditKeys: [env:SHORT]', 'prevAuditKeys.0: must be 32'],
      ['auditKey: "${AUDIT_KEY}"\nauditKeep: 11y', 'auditKeep'],
    ]) {
      writeFileSync(config, `${yaml}${lines ?? ''}\n`)
      const refused = await run(['check-config'], { ...withKey, SHORT: 'AAAA' })
      expect([refused.code, refused.output]).toEqual([1, expect.stringContaining(words ?? '')])
    }
  },
  60_000,
)
