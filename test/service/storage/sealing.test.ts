import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSealing } from '../../../apps/auth-service/src/storage/sealing.js'

const [old, present, other] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const secret = randomBytes(20)

test('a sealed secret opens with its key, and says when that is a previous one', () => {
  const sealed = createSealing([old]).seal(secret, 'of bob')
  expect(createSealing([old]).open(sealed, 'of bob')).toEqual({ secret, isOld: false })
  expect(createSealing([present, old]).open(sealed, 'of bob')).toEqual({ secret, isOld: true })
})

test('a secret that is sealed twice has two texts, and neither shows it', () => {
  const sealing = createSealing([present])
  const [one, two] = [sealing.seal(secret, 'of bob'), sealing.seal(secret, 'of bob')]
  expect(one).not.toBe(two)
  for (const text of [one, two])
    expect(Buffer.from(text.slice(3), 'base64url').includes(secret)).toBe(false)
})

test.each([
  ['another key', (sealed: string) => createSealing([other]).open(sealed, 'of bob')],
  ['another owner', (sealed: string) => createSealing([present]).open(sealed, 'of carol')],
  ['no key', (sealed: string) => createSealing([]).open(sealed, 'of bob')],
  ['a changed byte', (sealed: string) => createSealing([present]).open(changed(sealed), 'of bob')],
  ['a cut end', (sealed: string) => createSealing([present]).open(sealed.slice(0, -4), 'of bob')],
  ['nothing sealed', () => createSealing([present]).open('v1.', 'of bob')],
  [
    'a later format',
    (sealed: string) => createSealing([present]).open(`v2${sealed.slice(2)}`, 'of bob'),
  ],
])('a sealed secret does not open with %s', (_, open) => {
  const sealed = createSealing([present]).seal(secret, 'of bob')
  expect(() => open(sealed)).toThrow(expect.objectContaining({ code: 'KEYS_UNAVAILABLE' }))
})

function changed(sealed: string): string {
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  bytes[15] = (bytes[15] ?? 0) ^ 1
  return `v1.${bytes.toString('base64url')}`
}
