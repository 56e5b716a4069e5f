import ipaddr from 'ipaddr.js'

/**
 * The network whose budget an address uses: an IPv4 address alone, and of an IPv6 address the first 64 bits, since its owner
 * chooses the others. What is no address is the network `unknown`, all of it together.
 *
 * @example networkOf('2001:db8::1') // '2001:db8:0:0'
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  if (plain === undefined) return 'unknown'
  const parsed = ipaddr.process(plain)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return parsed.toNormalizedString().split(':').slice(0, 4).join(':')
}

/**
 * An address as a proxy may write it into `X-Forwarded-For`, without port and zone; undefined for anything else.
 *
 * @example plainAddress('203.0.113.7:52144') // '203.0.113.7'
 * @example plainAddress('[fe80::1%eth0]:52144') // 'fe80::1'
 */
export function plainAddress(given: string): string | undefined {
  const text = given.trim()
  const [, bracketed] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? []
  const [, dotted] = /^([\d.]+)(?::\d{1,5})?$/.exec(text) ?? []
  const plain = (bracketed ?? dotted ?? text).replace(/%[\w.-]+$/, '')
  if (dotted !== undefined) return ipaddr.IPv4.isValidFourPartDecimal(plain) ? plain : undefined
  return ipaddr.IPv6.isValid(plain) ? plain : undefined
}
