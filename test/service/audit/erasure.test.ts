import { describe, expect, test } from 'vitest'
import { eraseAgain } from '../../../apps/auth-service/src/audit/erase.js'
import { showRow } from '../../../apps/auth-service/src/audit/show-row.js'
import { theService } from '../../../apps/auth-service/src/events/event.js'
import { createWorld, login, recordAll } from './audit-world.js'
import { auditDatabases, databaseKinds } from './databases.js'

const databases = auditDatabases()
const admin = { kind: 'user', id: 'adm', name: 'adm@example.com' } as const
const bob = { kind: 'user', id: 'bob', name: 'bob@example.com' } as const

describe.each(databaseKinds)('over %s', (kind) => {
  const open = databases[kind]

  test('an erased user is a pseudonym in every row, as actor, as subject and where the service acted', async () => {
    const world = createWorld(await open())
    const audit = await world.process()
    await recordAll(audit, ['bob', 'ann'])
    await audit.sink.take(login('', { kind: 'user.changed', actor: admin, subject: bob }))
    await audit.sink.take(login('', { kind: 'user.changed', actor: bob, subject: admin }))
    const reused = { kind: 'session.reused', actor: theService, subject: bob } as const
    await audit.sink.take(login('', { ...reused, result: 'refused' }))
    await audit.erase('bob', admin)
    const page = { limit: 20, order: 'oldest first' } as const
    const rows = (await audit.search({}, page)).map(showRow)
    const place = ['address', 'userAgent']
    expect(rows.map(({ erased }) => erased)).toEqual([
      ...[[], ['actorName', ...place], [], ['subjectName']],
      ...[['actorName', ...place], ['subjectName', ...place], []],
    ])
    expect(rows[4]?.subject).toEqual(admin)
    expect(rows[6]).toMatchObject({ kind: 'audit.erased', actor: admin, subject: { id: 'bob' } })
    const everything = JSON.stringify(
      await world.database.query('SELECT * FROM service_audit_rows'),
    )
    expect(everything).not.toContain('bob@example.com')
    expect(everything).toContain('ann@example.com')
    expect(await world.verify()).toMatchObject({ findings: [], erased: 10 })
  })

  test('erasing reaches more rows than one statement changes, and again is the same as once', async () => {
    const world = createWorld(await open())
    const audit = await world.process()
    await Promise.all(Array.from({ length: 1100 }, () => audit.sink.take(login('bob'))))
    await audit.erase('bob', admin)
    await audit.erase('bob', admin)
    expect(await world.verify()).toMatchObject({ findings: [], rows: 1103, erased: 3300 })
  })

  test('a row that another process stores a moment after an erasure is erased by the next round', async () => {
    const world = createWorld(await open())
    const [audit, other] = [await world.process(), await world.process()]
    await audit.erase('bob', admin)
    await recordAll(other, ['bob'])
    await eraseAgain(world.database, Date.now())
    expect(await world.verify()).toMatchObject({ findings: [], erased: 3 })
    await recordAll(other, ['bob'])
    await eraseAgain(world.database, Date.now() + 2 * 86_400_000)
    expect(await world.verify()).toMatchObject({ findings: [], erased: 3 })
  })
})
