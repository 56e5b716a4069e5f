import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { sweepAudit } from '../../../apps/auth-service/src/audit/retention.js'
import { showRow } from '../../../apps/auth-service/src/audit/show-row.js'
import { verifyAudit } from '../../../apps/auth-service/src/audit/verify.js'
import { theService } from '../../../apps/auth-service/src/events/event.js'
import { createWorld, keep, login, recordAll, type World } from './audit-world.js'
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
    await Promise.all(
      Array.from({ length: 1100 }, () => audit.sink.take(login('bob', { subject: admin }))),
    )
    await audit.erase('bob', admin)
    await audit.erase('bob', admin)
    expect(await world.verify()).toMatchObject({ findings: [], rows: 1103, erased: 3300 })
  })

  test('a row that another process stores a moment after an erasure is erased by the next round', async () => {
    const world = createWorld(await open())
    const [audit, other] = [await world.process(), await world.process()]
    await audit.erase('bob', admin)
    await recordAll(other, ['bob'])
    await audit.eraseAgain(Date.now())
    expect(await world.verify()).toMatchObject({ findings: [], erased: 3 })
    await recordAll(other, ['bob'])
    await audit.eraseAgain(Date.now() + 2 * 86_400_000)
    expect(await world.verify()).toMatchObject({ findings: [], erased: 3 })
  })

  /** Removes the values of all logins, as who has the database can. */
  const removeValues = (world: World) =>
    world.database
      .query(`UPDATE service_audit_rows SET actor_name = NULL, actor_salt = NULL, address = NULL,
      user_agent = NULL, place_salt = NULL WHERE kind = 'user.login'`)

  test('values that are gone from a row later than the erasure are found, until the party is erased again', async () => {
    const world = createWorld(await open())
    const audit = await world.process()
    await audit.erase('bob', admin)
    await audit.sink.take(login('bob', { at: Date.now() / 1000 + 1 }))
    await removeValues(world)
    expect(await world.findings()).toEqual(['unerased 3'])
    await sleep(1010)
    await audit.erase('bob', admin)
    expect(await world.findings()).toEqual([])
  })

  test('an inserted row that tells of an erasure excuses nothing', async () => {
    const world = createWorld(await open())
    const audit = await world.process()
    await recordAll(audit, ['bob'])
    await removeValues(world)
    await world.database.query(
      `UPDATE service_audit_rows SET kind = 'audit.erased', subject = 'bob' WHERE seq = 1`,
    )
    expect((await world.findings()).toSorted()).toEqual(['changed 1', 'unerased 2'])
  })

  test('an erasure that is repeated has a row again, so that retention of the first one leaves no finding', async () => {
    const world = createWorld(await open())
    const [command, service] = [await world.process(), await world.process()]
    await command.erase('bob', admin)
    await command.close()
    await sleep(5)
    const before = Date.now()
    await sleep(5)
    await recordAll(service, ['bob'])
    await service.eraseAgain(Date.now())
    await service.eraseAgain(Date.now())
    const { database, keys } = world
    await sweepAudit({ database, keys, before, onFault: () => undefined })
    // The opening row of the service is old, too.
    expect(await world.verify()).toMatchObject({ findings: [], rows: 2, erased: 3 })
  })

  test('verification beside an erasure finds nothing', async () => {
    const world = createWorld(await open())
    const all = [await world.process(), await world.process(), await world.process()]
    for (const each of all)
      await Promise.all(
        Array.from({ length: 300 }, () => each.sink.take(login('bob', { subject: admin }))),
      )
    const [one] = all
    // The row that tells of it is in a chain that may have been read by then.
    let erasing: Promise<void> | undefined
    const { findings } = await verifyAudit({
      ...{ database: world.database, keys: world.keys, keep },
      onProgress: () => void (erasing ??= one?.erase('bob', admin)),
    })
    await erasing
    expect(findings).toEqual([])
    expect(await world.verify()).toMatchObject({ findings: [], erased: 2700 })
  })
})
