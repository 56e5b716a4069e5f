import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { recordedStatements, recordings } from './recordings.js'
import { schemas, statementsOf } from './schemas.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test.each(Object.entries(recordedStatements))(
  'the recorded versions of %s are what they were: a change is another version',
  (part, recorded) => {
    expect(recorded.length).toBeGreaterThan(0)
    expect(statementsOf()[part]?.slice(0, recorded.length)).toEqual(recorded)
  },
)

test.each(schemas.map(({ part, versions }) => [part, versions.length] as const))(
  'the newest version of %s is recorded: npm run record:stores -- NAME',
  (part, newest) => {
    expect(newest).toBeGreaterThan(0)
    expect(recordedStatements[part]).toHaveLength(newest)
    expect(recordings.map(({ versions }) => versions[part])).toContain(newest)
  },
)

test('every schema in the sources is one of those that are looked at here', () => {
  const files = ['src', 'apps/auth-service/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(root, folder, file), 'utf8')),
  )
  const declared = files.flatMap((text) =>
    [...text.matchAll(/: Schema = \{\s*part: '(\w+)'/g)].map(([, part]) => part),
  )
  expect(declared.sort()).toEqual(schemas.map(({ part }) => part).sort())
})

/** What the release before goes on over: it names columns, fills only those that it knows, and has no new rule to keep. */
const additive = [
  /^CREATE TABLE (?!.*\bREFERENCES\b)/,
  /^CREATE INDEX /,
  /^ALTER TABLE \w+ ADD COLUMN \w+ \w+(?: NOT NULL DEFAULT \S+)?$/,
  /^ALTER TABLE \w+ ADD COLUMN \w+ \w+ DEFAULT \S+$/,
]

/**
 * Statements of later versions that are none of these, and why the release before goes on over them: what they drop it no
 * longer uses, or what they fill is a table that it does not know.
 */
const justified = new Set([
  // Fills the table that the same version makes.
  'INSERT INTO jotgate_revocation_places (id, last) SELECT 1, COALESCE(MAX(place), 0) FROM jotgate_revocations',
])

test('a later version only adds, or its statement stands here with a reason', () => {
  const later = Object.values(statementsOf()).flatMap((versions) => versions.slice(1).flat())
  expect(later.length).toBeGreaterThan(4)
  const others = later.filter((statement) => !additive.some((form) => form.test(statement)))
  expect(others.filter((statement) => !justified.has(statement))).toEqual([])
  expect(others).toHaveLength(justified.size)
})

test('operators read of each version what it adds, in the words of its schema', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (\S.*?) +\|$/gm)]
  const listed = rows.map(([, part, version, adds]) => [part, Number(version), adds])
  const known = schemas.flatMap(({ part, versions }) =>
    versions.map(({ adds }, at) => [part, at + 1, adds]),
  )
  expect(listed.sort()).toEqual(known.sort())
})
