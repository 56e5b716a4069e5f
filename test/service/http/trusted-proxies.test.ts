import { expect, test } from 'vitest'
import { createTrust } from '../../../apps/auth-service/src/http/trusted-proxies.js'

const networks = ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1']

test.each([
  ['10.1.2.3', true],
  ['10.1.2.3:52144', true],
  ['::ffff:10.1.2.3', true],
  ['192.0.2.1', true],
  ['192.0.2.2', false],
  ['2001:db8:1::7', true],
  ['[2001:db8:1::7]:443', true],
  ['::1', true],
  ['::2', false],
  ['203.0.113.9', false],
  ['unknown', false],
  ['10.1.2.3, 10.1.2.4', false],
  ['10.1.2', false],
  ['', false],
])('the address %j is that of a trusted proxy: %s', (address, isTrusted) => {
  expect(createTrust(networks)(address)).toBe(isTrusted)
})

test('without trusted proxies no address is trusted', () => {
  expect(createTrust([])('127.0.0.1')).toBe(false)
})
