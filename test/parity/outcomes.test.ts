import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { hmacKey } from '../../src/key/index.js'
import { describeVectors } from '../vectors/find.js'
import { differences } from './differences.js'
import { secret, send, startedAt, toldThere, type Row, type System } from './outcomes.js'
import { bigInteger, rows } from './rows.js'

const systems: readonly System[] = ['kratos', 'kratos_custom', 'kratos_hs384', 'gozero']
const ours = [...rows, bigInteger]
const ourNames = new Set(ours.map(({ name }) => name))

describe('what is known of Kratos and go-zero', () => {
  const run = runAll(ours)

  test.each(systems)('%s: differs in what is listed, and in nothing else', async (system) => {
    const names = listed(system).filter((name) => ourNames.has(name))
    expect((await run).differing(system)).toEqual(names.sort())
  })

  test('a token that Kratos or go-zero refuses is refused here', async () => {
    expect((await run).takenHereOnly()).toEqual([])
  })
})

describeVectors('every outcome of Kratos and go-zero', (read) => {
  const path = 'go-originals/jwt_outcomes.json'
  const { cases, key, now } = read.json(path) as Outcomes // pinned; a wrong shape shows as a failure
  const run = runAll(cases)
  const knownCases = 62

  it('the recorded outcomes have 62 rows or more, of this secret and time', () => {
    expect([cases.length >= knownCases, key, now]).toEqual([true, secret, startedAt])
  })

  it.each(systems)('%s: differs in what is listed, and in nothing else', async (system) => {
    const { differing, makes } = await run
    const names = listed(system).filter((name) => !ourNames.has(name))
    const found = differing(system)
    // A longer file may show the listed differences in further rows, and no other difference.
    const isShownAgain = (name: string) =>
      cases.length > knownCases && explains(system, makes(system, name))
    const unexplained = found.filter((name) => !names.includes(name) && !isShownAgain(name))
    const vanished = names.filter((name) => !found.includes(name))
    expect({ unexplained, vanished }).toEqual({ unexplained: [], vanished: [] })
  })

  it('a recorded token that they refuse is refused here, but for the claim EXP', async () => {
    expect((await run).takenHereOnly()).toEqual(['kratos_custom: custom EXP upper-case past'])
  })
})

describe('the list of differences', () => {
  test('the list of differences names the check that makes each of them', async () => {
    for (const [name, { by, rows: bySystem }] of Object.entries(differences)) {
      for (const [system, names] of Object.entries(bySystem) as [System, string[]][]) {
        for (const row of ours.filter((each) => names.includes(each.name))) {
          expect([name, by]).toEqual([
            name,
            expect.arrayContaining([(await send(system, row.authorization)).by]),
          ])
        }
      }
    }
  })

  test('the list of differences is in the docs, each with its name, and no other', () => {
    const page = readFileSync(
      new URL('../../docs/moving/kratos-and-go-zero.md', import.meta.url),
      'utf8',
    )
    const section = page.slice(page.indexOf('## What stays different'))
    const names = [...section.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, name]) => name)
    expect(names).toEqual(Object.keys(differences))
  })

  test('the list of differences has a reason for each', () => {
    for (const { why } of Object.values(differences)) expect(why.length).toBeGreaterThan(40)
  })

  test('the list of differences does not grow unnoticed', () => {
    expect(Object.keys(differences)).toHaveLength(14)
  })

  test('short secrets are refused when the key is made', () => {
    expect(() => hmacKey(Buffer.from(secret), 'HS384')).toThrow(/at least 48 bytes/)
  })
})

interface Outcomes {
  readonly cases: readonly Row[]
  readonly key: string
  readonly now: number
}

/** Names of the rows that are listed for a system. */
function listed(system: System): string[] {
  return Object.values(differences).flatMap((each) => [...(each.rows[system] ?? [])])
}

function explains(system: System, by: string | undefined): boolean {
  return Object.values(differences).some(
    (each) => each.rows[system] !== undefined && by !== undefined && each.by.includes(by),
  )
}

/** Sends every row to every system that was asked there. */
async function runAll(cases: readonly Row[]) {
  const answers = await Promise.all(
    systems.flatMap((system) =>
      cases.map(async (row) => {
        const there = toldThere(system, row)
        const here = await send(system, row.authorization)
        return { system, name: row.name, there: there ?? here.told, here: here.told, by: here.by }
      }),
    ),
  )
  return {
    differing: (system: System) =>
      answers
        .filter((each) => each.system === system && each.here !== each.there)
        .map(({ name }) => name)
        .sort(),
    makes: (system: System, name: string) =>
      answers.find((each) => each.system === system && each.name === name)?.by,
    takenHereOnly: () =>
      answers
        .filter(({ here, there }) => here.startsWith('ok ') && !there.startsWith('ok '))
        .map(({ system, name }) => `${system}: ${name}`),
  }
}
