import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { clientErrors } from '../../src/client/index.js'
import { errorTable } from '../../src/foundation/errors.js'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => /^\| `[A-Z_]+`/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))

const grpcNames: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  5: 'NOT_FOUND',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
}

test('the page of errors has every code with its statuses and its reason, and no other', () => {
  const told = rows.filter((row) => row.length === 8).map((row) => row.slice(1, 5))
  const known = Object.entries(errorTable).map(([code, row]) => [
    ...[code, String(row.status), grpcNames[row.grpcStatus], row.reason],
  ])
  expect(told.sort()).toEqual(known.sort())
})

test('the page of errors has every error of the calling side, and no other', () => {
  const told = rows.filter((row) => row.length === 5).map(([, code]) => code)
  expect(told.sort()).toEqual(Object.keys(clientErrors).sort())
})

test('the page of errors says of each what it means and what to do', () => {
  for (const row of rows) {
    const said = row.slice(-3, -1)
    expect([row[1], ...said.map((text) => text.length > 8)]).toEqual([row[1], true, true])
  }
})
