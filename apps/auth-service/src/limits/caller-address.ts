import { AsyncLocalStorage } from 'node:async_hooks'
import { isIPv6 } from 'node:net'

const addresses = new AsyncLocalStorage<string>()

/**
 * Runs the rest of a request with the address that it came from at hand.
 *
 * @example app.addHook('onRequest', (request, _reply, done) => withAddress(request.ip, done))
 */
export function withAddress(address: string, next: () => void): void {
  addresses.run(address, next)
}

/**
 * Where the request came from, as far as limits care: of an IPv6 address the 64 bits that its owner can not choose.
 *
 * @throws Error outside a request
 */
export function callerAddress(): string {
  const address = addresses.getStore()
  if (address === undefined) throw new Error('there is no request here')
  return networkOf(address)
}

/** @example networkOf('2001:db8::1') // '2001:db8:0:0' */
export function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(mapped)) return mapped
  const [head = '', tail] = mapped.replace(/%.*$/, '').split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':')
    while (groups.length + rest.length < 8) groups.push('0')
    groups.push(...rest)
  }
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')
}
