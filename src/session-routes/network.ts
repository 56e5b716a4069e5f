/** What an address becomes that is none. */
const unknown = 'unknown'
const withPort = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/
const dotted = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/

/**
 * The network that shares a count: an IPv4 address alone, and of an IPv6 address the first 64 bits, because its owner
 * chooses the others. Ports and zones, as some proxies write them, are left out. Everything that is no address is the
 * network `unknown`, all of it together.
 *
 * @example networkOf('2001:db8::1') // '2001:db8:0:0'
 * @example networkOf('203.0.113.7:52144') // '203.0.113.7'
 */
export function networkOf(address: string | undefined): string {
  const text = address?.trim() ?? ''
  if (text.length > 64) return unknown
  const [, bracketed, plain] = withPort.exec(text) ?? []
  const bare = (bracketed ?? plain ?? text).replace(/%[\w.-]+$/, '')
  if (dotted.test(bare)) return bare
  return bare.includes(':') ? networkOfSix(bare) : unknown
}

/** The parser of URLs writes every form of an IPv6 address in one way (WHATWG URL, section 3.6). */
function networkOfSix(text: string): string {
  const url = `http://[${text}]/`
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(url)) return unknown
  const groups = expand(new URL(url).hostname.slice(1, -1))
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff')
    return fourOf(groups.slice(6))
  return groups.slice(0, 4).join(':')
}

function expand(compressed: string): readonly string[] {
  const [before = '', after] = compressed.split('::')
  const [head, tail] = [before, after ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const [first, last] = [head ?? [], tail ?? []]
  const missing = after === undefined ? 0 : 8 - first.length - last.length
  return [...first, ...Array<string>(missing).fill('0'), ...last]
}

/** An IPv4 address as a server for both families writes it, `::ffff:203.0.113.7`, is the same one. */
function fourOf(groups: readonly string[]): string {
  const bytes = groups.flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
  return bytes.join('.')
}
