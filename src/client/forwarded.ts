import { ClientError } from './errors.js'
import { clock, func, type OptionTable, readOptions, text, value } from '../foundation/options.js'
import { readOrigins } from './origins.js'
import { unverifiedTimes } from './payload.js'
import { type TokenSource } from './source.js'

/** Options of `forwarded`, for a service that calls another one in its caller's name. */
export interface ForwardedOptions {
  /**
   * The token of the call being handled, already admitted by a gate; undefined, or an error, outside a call. It is
   * called in the context of each outgoing call, so an AsyncLocalStorage can provide it.
   */
  readonly incoming: () => string | undefined
  /** The target's name in `aud` (RFC 7519 section 4.1.3), or one name per origin. */
  readonly audience: string | Readonly<Record<string, string>>
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** Options of `forwarded`. */
export const forwardedTable = {
  incoming: func<ForwardedOptions['incoming']>(),
  audience: value('text, or object of texts by origin', readAudience),
  now: clock(),
} satisfies OptionTable<keyof ForwardedOptions>

/**
 * Forwards the caller's own token if it is also meant for the target. A refusal is final: the token cannot be renewed.
 *
 * Not for: targets that are not in the token's `aud`. They would have to accept tokens meant for others; give them this
 * service's own token (`selfSigned`).
 *
 * @throws ConfigError when an option is missing or unknown. Its calls reject with ClientError NO_INCOMING,
 * INCOMING_EXPIRED or AUDIENCE_REFUSED.
 * @example forwarded({ incoming: () => bearer.getStore(), audience: 'orders' })
 */
export function forwarded(options: ForwardedOptions): TokenSource {
  const { incoming, audience: audienceOf, now } = readOptions('forwarded', forwardedTable, options)
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

function readAudience(given: unknown, option: string): (origin: string) => string | undefined {
  if (typeof given !== 'object' || given === null) {
    const name = text().read(given, option)
    return () => name
  }
  const names = new Map<string, string>()
  for (const [origin, name] of Object.entries(given)) {
    const audience = text().read(name, `${option}.${origin}`)
    for (const each of readOrigins([origin], option)) names.set(each, audience)
  }
  return (origin) => names.get(origin)
}
