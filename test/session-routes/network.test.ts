import { expect, test } from 'vitest'
import { networkOf } from '../../src/session-routes/network.js'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:52144', '203.0.113.7'],
  [' 203.0.113.7 ', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['[::ffff:cb00:7107]:443', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['[2001:db8::1]:443', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['1::', '1:0:0:0'],
  [undefined, 'unknown'],
  ['', 'unknown'],
  ['256.0.0.1', 'unknown'],
  ['1.2.3', 'unknown'],
  ['1.2.3.4.5', 'unknown'],
  ['0x7f.0.0.1', 'unknown'],
  ['localhost', 'unknown'],
  ['1.2.3.4, 5.6.7.8', 'unknown'],
  ['::1]/x[', 'unknown'],
  [':::', 'unknown'],
  ['1'.repeat(100_000), 'unknown'],
])('networkOf makes of the address %s the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
