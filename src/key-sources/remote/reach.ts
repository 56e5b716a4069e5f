import { BlockList, isIP } from 'node:net'

/**
 * Which addresses may be contacted. `public`: those that the whole internet can reach. `private`: also those of the
 * local network and this machine, but never link-local ones, where clouds keep credentials. `loopback`: this machine
 * only.
 */
export type Reach = 'public' | 'private' | 'loopback'

/** A {@link Reach}, or `internal`: the local network and this machine, and nothing that the internet can reach. */
export type AddressReach = Reach | 'internal'

type Range = readonly [network: string, prefix: number]

const loopback = rangesOf([['127.0.0.0', 8]], [['::1', 128]])

const ownNetwork = rangesOf(
  [
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['127.0.0.0', 8],
  ],
  [
    ['fc00::', 7],
    ['::1', 128],
  ],
)

/** Never a server's address: unspecified, link-local, documentation, multicast, or an embedded IPv4 address. */
const nobodys = rangesOf(
  [
    ['0.0.0.0', 8],
    ['169.254.0.0', 16],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ],
  [
    ['::', 96],
    ['::ffff:0:0', 96],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ],
)

/**
 * Whether an IP address is within reach.
 *
 * @example isWithin('public', '169.254.169.254') // false
 */
export function isWithin(reach: AddressReach, address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const isIn = (ranges: Ranges) => ranges[family === 6 ? 'ipv6' : 'ipv4'](address)
  if (isIn(loopback)) return reach !== 'public'
  if (reach === 'loopback' || isIn(nobodys)) return false
  if (reach === 'internal') return isIn(ownNetwork)
  return reach === 'private' || !isIn(ownNetwork)
}

/** Separate for each family: a `BlockList` treats every IPv4 address as one in `::ffff:0:0/96`. */
interface Ranges {
  ipv4(address: string): boolean
  ipv6(address: string): boolean
}

function rangesOf(v4: readonly Range[], v6: readonly Range[]): Ranges {
  const check = (ranges: readonly Range[], family: 'ipv4' | 'ipv6') => {
    const list = new BlockList()
    for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family)
    return (address: string) => list.check(address, family)
  }
  return { ipv4: check(v4, 'ipv4'), ipv6: check(v6, 'ipv6') }
}
