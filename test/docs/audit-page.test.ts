import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { eventKinds } from '../../apps/auth-service/src/events/kinds.js'

const page = readFileSync(fileURLToPath(new URL('../../docs/audit.md', import.meta.url)), 'utf8')

test('the page on the audit log lists every kind of row, and no other', () => {
  const listed = [...page.matchAll(/^\| `([a-z]+\.[a-z-]+)` +\|/gm)].map(([, kind]) => kind)
  expect(listed.length).toBeGreaterThan(20)
  expect(listed.toSorted()).toEqual(Object.keys(eventKinds).sort())
})
