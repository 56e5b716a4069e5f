import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openSqlite } from '../../../src/stores/sql/sqlite.js'
import { testWithServices as test } from '../own-services.js'
import type { Pair } from '../pair.js'
import { runService, type RunningService } from '../running-service.js'
import { logIn, logOut, prepareDrill, publishedKids, statusesOf, type Drill } from './drill.js'

/** Moves the database away, as an operator would. */
function loseDatabase({ dataDir }: Drill): void {
  const lost = join(dataDir, `lost-${String(readdirSync(dataDir).length)}`)
  mkdirSync(lost)
  for (const name of readdirSync(dataDir).filter((each) => each.startsWith('jotgate.db')))
    renameSync(join(dataDir, name), join(lost, name))
}

/** Twenty logins a second, until `stop`; how many were answered, and how many were begun. */
function keepLoggingIn(service: RunningService) {
  let [begun, answered] = [0, 0]
  const logins: Promise<unknown>[] = []
  const timer = setInterval(() => {
    begun++
    const count = () => answered++
    // On a busy machine too many wait for their hash, and some are answered 503.
    logins.push(logIn(service).then(count, () => undefined))
  }, 50)
  return {
    counts: () => ({ begun, answered }),
    stop: () => {
      clearInterval(timer)
      return Promise.all(logins)
    },
  }
}

/** The number before a word in the output of a command. */
function numberIn(output: string, word: string): number {
  return Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1])
}

test.concurrent(
  'a backup made during twenty logins a second is one state of the database, and a restore of it ends all sessions',
  async ({ own }) => {
    const drill = await prepareDrill(own, { more: 'maxSessions: 1000\n' })
    const file = join(own.folder(), 'auth.db')
    const before = await drill.start()
    const kept = await logIn(before)
    const ended = await logIn(before)
    const kids = await publishedKids(before)
    const load = keepLoggingIn(before)
    await expect.poll(() => load.counts().answered, { timeout: 20_000 }).toBeGreaterThan(10)
    const { answered } = load.counts()
    const made = await drill.command(`backup ${file}`)
    const { begun } = load.counts()
    await load.stop()
    expect(made).toEqual({ code: 0, output: expect.stringContaining('keys/ring.key') as string })
    expect(begun).toBeGreaterThan(answered)
    expect(numberIn(made.output, 'sessions')).toBeGreaterThanOrEqual(answered + 2)
    expect(numberIn(made.output, 'sessions')).toBeLessThanOrEqual(begun + 2)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    await logOut(before, ended)
    const late = await logIn(before)
    const running = await drill.command(`restore ${file}`)
    expect(running).toEqual({ code: 1, output: expect.stringContaining('in use') as string })
    await before.stop()
    const there = await drill.command(`restore ${file}`)
    expect(there).toEqual({ code: 1, output: expect.stringContaining('not overwritten') as string })
    loseDatabase(drill)
    const restored = await drill.command(`restore ${file}`)
    expect(restored.output).toContain('All sessions have been ended')
    expect(restored.output).toContain('rights of administrators: bob')
    expect(restored.output).toContain('recovery codes that were used since are valid again')
    expect(await drill.command('audit verify')).toMatchObject({ code: 0 })
    expect((await drill.command('audit export')).output).toContain('"kind":"service.restored"')
    expect(readdirSync(drill.dataDir).filter((name) => name.includes('.part'))).toEqual([])

    const after = await drill.start()
    const refused = { kept: [401, 401], ended: [401, 401], late: [401, 401] }
    expect(await allStatuses(after, { kept, ended, late })).toEqual(refused)
    expect(await publishedKids(after)).toEqual(kids)
    expect(await statusesOf(after, await logIn(after))).toEqual([200, 200])
  },
)

async function allStatuses(service: RunningService, pairs: Readonly<Record<string, Pair>>) {
  const entries = Object.entries(pairs).map(
    async ([name, pair]) => [name, await statusesOf(service, pair)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

test.concurrent(
  'a restore with --keep-sessions keeps them, ended ones too, and refuses access tokens all the same',
  async ({ own }) => {
    const drill = await prepareDrill(own)
    const file = join(own.folder(), 'auth.db')
    const before = await drill.start()
    const [kept, ended] = [await logIn(before), await logIn(before)]
    expect((await drill.command(`backup ${file}`)).code).toBe(0)
    await logOut(before, ended)
    await before.stop()
    loseDatabase(drill)
    const restored = await drill.command(`restore ${file} --keep-sessions`)
    expect(restored.output).toContain('--keep-sessions has kept 2 sessions. That risks')
    const after = await drill.start()
    expect(await statusesOf(after, kept)).toEqual([401, 200])
    expect(await statusesOf(after, ended)).toEqual([401, 200])
    await after.stop()
    // As after a copy by hand: the second half alone, which may be repeated.
    const finished = await drill.command('after-restore')
    expect(finished.output).toContain('All sessions have been ended')
    const again = await drill.start()
    expect(await statusesOf(again, kept)).toEqual([401, 401])
  },
)

/** Has a session that ended live again. */
const trigger = `CREATE TRIGGER undo AFTER UPDATE OF ended_at ON jotgate_families BEGIN
  UPDATE jotgate_families SET ended_at = NULL WHERE id = NEW.id; END`

/** Adds to a database file, and leaves one file. */
async function change(path: string, text: string): Promise<void> {
  const client = await openSqlite(path)
  client.exec(text)
  client.exec('PRAGMA journal_mode = DELETE')
  client.close()
}

test.concurrent(
  'a restore that is refused says why and leaves nothing in the data folder',
  async ({ own }) => {
    const drill = await prepareDrill(own)
    const [folder, keys] = [own.folder(), join(drill.dataDir, 'keys')]
    const [good, cut, other, changed] = ['good', 'cut', 'other', 'changed'].map((name) =>
      join(folder, `${name}.db`),
    )
    if (!good || !cut || !other || !changed) throw new Error('four names were given')
    const first = await drill.start() // which makes the key of the key ring
    await first.stop()
    expect((await drill.command(`backup ${good}`)).code).toBe(0)
    const twice = await drill.command(`backup ${good}`)
    expect(twice).toEqual({ code: 1, output: expect.stringContaining('exists already') as string })
    await change(join(drill.dataDir, 'jotgate.db'), trigger)
    for (const args of [['backup', other], []]) {
      const { code, output } = await runService({ ...drill.env, DATA_DIR: drill.dataDir }, args)
      expect([args, code, output]).toEqual([args, 1, expect.stringContaining('trigger undo')])
    }
    writeFileSync(cut, readFileSync(good).subarray(0, statSync(good).size / 2))
    writeFileSync(other, '')
    copyFileSync(good, changed)
    await change(changed, trigger)
    copyFileSync(good, join(folder, 'copied.db'))
    writeFileSync(join(folder, 'copied.db-wal'), 'x')
    loseDatabase(drill)
    const refusals = {
      [cut]: 'malformed',
      [other]: 'no database of this service',
      [changed]: 'trigger undo',
      [join(folder, 'copied.db')]: 'is beside the file',
      [join(folder, 'none.db')]: 'there is no file',
    }
    for (const [file, reason] of Object.entries(refusals)) {
      const { code, output } = await drill.command(`restore ${file}`)
      expect([file, code, output]).toEqual([file, 1, expect.stringContaining(reason)])
    }
    for (const name of ['audit.key', 'ring.key']) {
      renameSync(join(keys, name), join(folder, name))
      const { code, output } = await drill.command(`restore ${good}`)
      expect([code, output]).toEqual([
        1,
        expect.stringContaining(`keys/${name} of the data folder`),
      ])
      expect(readdirSync(keys)).not.toContain(name)
      renameSync(join(folder, name), join(keys, name))
    }
    expect(readdirSync(drill.dataDir).filter((name) => name.startsWith('jotgate'))).toEqual([])
  },
)
