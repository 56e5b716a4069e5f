import { isLoopback } from './loopback.js'
import type { Configuration } from './configuration.js'

const example = '"https://shop.example"'

/**
 * What is wrong with an origin, and what to write instead; undefined for a good one. It is compared character by character with
 * what browsers send (RFC 6454 section 6.2), so it must be written the same way: scheme, host and port, no pattern. Plain http is
 * for loopback only: anyone on the way could put a page there.
 *
 * @example originFault('https://shop.example/') // 'must end after the host or port: …'
 */
export function originFault(text: string): string | undefined {
  if (text.includes('*'))
    return `must be one exact origin, without *: write each as a browser sends it, such as ${example}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return `must be an http or https origin, such as ${example}`
  if (url.origin !== text) return howToWrite(text, url)
  if (url.hostname.endsWith('.')) return `must have no dot after the host: write it as ${example}`
  if (url.protocol === 'http:' && !isLoopbackName(url.hostname))
    return `must be https, such as ${example}: plain http is for loopback only, such as "http://localhost:5173"`
  return undefined
}

function howToWrite(text: string, { origin }: URL): string {
  const lower = text.toLowerCase()
  if (lower === origin) return `must be in lower case, such as ${example}`
  if (lower.startsWith(origin) && /^[/?#]/.test(text.slice(origin.length)))
    return `must end after the host or port, without a slash or a path: write it as ${example}`
  if (/:\d*$/.test(text)) return `must leave out the default port: write it as ${example}`
  return `must be an origin as browsers send it, such as ${example}: scheme, host and port, in ASCII, and no more`
}

/** Whether a host name can only mean this machine, names below `localhost` included (RFC 6761 section 6.3). */
export function isLoopbackName(host: string): boolean {
  return isLoopback(host) || host.endsWith('.localhost')
}

/** The objections to a configured list, one line for each, without its values. */
export function checkOrigins(origins: readonly string[]): readonly string[] {
  return origins.flatMap((each, at) => {
    const fault = originFault(each)
    return fault === undefined ? [] : [`origins.${String(at)}: ${fault}`]
  })
}

/**
 * Those of the configured origins that are the service's own: their host is the issuer's, one of `hosts`, or loopback. Only their
 * pages have cookies and the console; pages of the others call with tokens.
 *
 * @example ownOrigins(configuration) // ['https://auth.example']
 */
export function ownOrigins({
  origins,
  hosts,
  issuer,
}: Pick<Configuration, 'origins' | 'hosts' | 'issuer'>): readonly string[] {
  const own = new Set([...hosts, new URL(issuer).hostname])
  return origins.filter((origin) => {
    const { hostname } = new URL(origin)
    return own.has(hostname) || isLoopbackName(hostname)
  })
}
