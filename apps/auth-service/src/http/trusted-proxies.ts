import ipaddr from 'ipaddr.js'
import { plainAddress } from '../foundation/network.js'

/**
 * Whether an address, of the connection or in `X-Forwarded-For`, is that of a trusted proxy, for Fastify's `trustProxy`. Some
 * proxies write ports into that field; what is no address is trusted by nothing.
 *
 * @example createTrust(['10.0.0.0/8'])('10.1.2.3:52144') // true
 */
export function createTrust(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map((network) =>
    network.includes('/') ? ipaddr.parseCIDR(network) : wholeAddress(network),
  )
  return (address) => {
    const plain = plainAddress(address)
    if (plain === undefined) return false
    const parsed = ipaddr.process(plain)
    return ranges.some(
      ([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits),
    )
  }
}

function wholeAddress(network: string): ReturnType<typeof ipaddr.parseCIDR> {
  const range = ipaddr.process(network)
  return range.kind() === 'ipv4' ? [range, 32] : [range, 128]
}
