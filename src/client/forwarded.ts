import { ConfigError } from '../foundation/errors.js'
import { ClientError } from './errors.js'
import { checkClientOptions, requireText } from './options.js'
import { readOrigins } from './origins.js'
import { unverifiedTimes } from './payload.js'
import { type TokenSource } from './source.js'

/** A service that calls another one in its caller's name. */
export interface ForwardedOptions {
  /**
   * The token of the call being handled, as a gate has let it in; undefined, or an error, outside of one. Asked in the
   * context of each outgoing call, so that an AsyncLocalStorage can answer.
   */
  readonly incoming: () => string | undefined
  /** The target's name as it stands in `aud` (RFC 7519 section 4.1.3), or one for each origin. */
  readonly audience: string | Readonly<Record<string, string>>
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/**
 * Passes the caller's own token on, where it is meant for the target too. A refusal stands: there is nothing to renew.
 *
 * Not for: targets that are not in the token's `aud`. They would have to accept tokens meant for somebody else; give
 * them a token of this service's own (`selfSigned`).
 *
 * @throws ConfigError when an option is missing or unknown. Its calls reject with ClientError NO_INCOMING,
 * INCOMING_EXPIRED or AUDIENCE_REFUSED.
 * @example forwarded({ incoming: () => bearer.getStore(), audience: 'orders' })
 */
export function forwarded(options: ForwardedOptions): TokenSource {
  checkClientOptions('forwarded', options, {
    known: ['incoming', 'audience', 'now'],
    functions: ['incoming', 'now'],
  })
  const { incoming, now = () => Date.now() / 1000 } = options
  const getter: unknown = incoming
  if (typeof getter !== 'function')
    throw new ConfigError('forwarded.incoming', 'must be a function')
  const audienceOf = readAudience(options.audience)
  return Object.freeze({
    grant: ({ origin }) =>
      Promise.resolve().then(() => {
        const token = read(incoming)
        const { aud, exp } = unverifiedTimes(token)
        if (exp !== undefined && now() >= exp) throw new ClientError('INCOMING_EXPIRED')
        const audience = audienceOf(origin)
        if (audience === undefined || !aud.includes(audience))
          throw new ClientError('AUDIENCE_REFUSED')
        return Object.freeze({ token })
      }),
  } satisfies TokenSource)
}

function read(incoming: () => string | undefined): string {
  let token: string | undefined
  try {
    token = incoming()
  } catch (cause) {
    throw new ClientError('NO_INCOMING', { cause })
  }
  if (token === undefined || token === '') throw new ClientError('NO_INCOMING')
  return token
}

function readAudience(
  audience: ForwardedOptions['audience'],
): (origin: string) => string | undefined {
  const given: unknown = audience
  if (typeof given !== 'object' || given === null) {
    requireText('forwarded.audience', given)
    const name = String(given)
    return () => name
  }
  const names = new Map<string, string>()
  for (const [origin, name] of Object.entries(given)) {
    requireText(`forwarded.audience.${origin}`, name)
    for (const each of readOrigins('forwarded.audience', [origin])) names.set(each, String(name))
  }
  return (origin) => names.get(origin)
}
