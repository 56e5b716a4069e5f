import { expect, test } from 'vitest'
import { createSeal } from '../../src/relying-party/seal.js'

const seal = createSeal('a secret of these tests, long enough to be one')

test('a sealed object opens for its own purpose, and for no other', () => {
  const sealed = seal.seal({ state: 'a' }, '__Host-login.a')
  expect(seal.open(sealed, '__Host-login.a')).toEqual({ state: 'a' })
  expect(seal.open(sealed, '__Host-login.b')).toBeUndefined()
})

test('the same object is sealed in another way each time, and shows nothing of itself', () => {
  const sealed = [1, 2].map(() => seal.seal({ state: 'a secret state' }, 'p'))
  expect(sealed[0]).not.toBe(sealed[1])
  expect(Buffer.from(sealed[0] ?? '', 'base64url').toString('latin1')).not.toContain('secret')
})

test('a text that was changed, cut, made with another secret or never sealed does not open', () => {
  const sealed = seal.seal({ state: 'a' }, 'p')
  const strange = createSeal('another secret of these tests, long enough').seal({ state: 'a' }, 'p')
  for (let at = 0; at < sealed.length - 1; at++) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    expect([at, seal.open(changed, 'p')]).toEqual([at, undefined])
  }
  for (const text of [
    '',
    'a',
    '!',
    sealed.slice(0, 20),
    sealed.slice(0, -4),
    strange,
    'A'.repeat(9000),
  ])
    expect(seal.open(text, 'p')).toBeUndefined()
})
