import { OAuthFault } from './oauth-fault.js'

/** Parameters of a request; one without a value counts as missing (RFC 6749 section 3.1). */
export interface Form {
  get(name: string): string | undefined
  /** @throws OAuthFault invalid_request when it is missing */
  need(name: string): string
  /** Every value of `resource` (RFC 8707 section 2), the only parameter that may be repeated. */
  readonly resources: readonly string[]
}

/**
 * Reads `application/x-www-form-urlencoded` strictly: bytes that are not UTF-8, a stray `%`, and a repeated parameter
 * (RFC 6749 section 3.2) are refused.
 *
 * @throws OAuthFault invalid_request
 * @example parseForm('grant_type=client_credentials&scope=a+b').get('scope') // 'a b'
 */
export function parseForm(text: string): Form {
  const values = new Map<string, string>()
  const resources: string[] = []
  for (const pair of text.split('&').filter((each) => each !== '')) {
    const [name, value] = splitPair(pair)
    if (name === 'resource' && value !== '') resources.push(value)
    else if (values.has(name)) throw new OAuthFault('invalid_request', { description: twice })
    else values.set(name, value)
  }
  const get = (name: string) => values.get(name) || undefined
  return {
    get,
    need: (name) => {
      const value = get(name)
      if (value !== undefined) return value
      throw new OAuthFault('invalid_request', { description: `${name}: is missing` })
    },
    resources,
  }
}

const twice = 'a parameter comes more than once'

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  return at < 0
    ? [decodeForm(pair), '']
    : [decodeForm(pair.slice(0, at)), decodeForm(pair.slice(at + 1))]
}

/** @throws OAuthFault invalid_request for text that is not UTF-8 or has an invalid escape */
export function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // The text is not repeated: it may be a secret that was not encoded.
    throw new OAuthFault('invalid_request', {
      description: 'a parameter is not encoded as application/x-www-form-urlencoded says',
    })
  }
}
