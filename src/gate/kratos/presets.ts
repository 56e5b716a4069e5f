import { type Algorithm } from '../../key/algorithms.js'
import { AuthError } from '../../foundation/errors.js'
import { type Call } from '../call.js'
import { bearerPlace, from, hasForeignScheme, type Extractor } from '../extract.js'
import { selectLikeKratos } from './kratos-select.js'

/** The part of a verifier's options that a preset fills in. */
interface Lenient {
  readonly algorithms: readonly Algorithm[]
  readonly issuer: null
  readonly audience: null
  readonly expiry: 'optional'
  readonly clockTolerance: number
  readonly bigints: true
}

/** The token checks that Kratos and go-zero leave out. Integers beyond 2^53 are read exactly. */
const lenient: Lenient = Object.freeze({
  algorithms: Object.freeze(['HS256'] as const),
  issuer: null,
  audience: null,
  expiry: 'optional',
  clockTolerance: 0,
  bigints: true,
})

/**
 * The behaviour of two Go frameworks, for services that move from them: options to spread before your own. `verifier`
 * requires no `exp`, `iss` and `aud` and tolerates no clock difference; `server` finds the token and refuses as they
 * do.
 *
 * What they accept and this package always refuses (`crit`, duplicate members, malleable signatures, short secrets …)
 * is listed, with reasons, in `docs/moving/kratos-and-go-zero.md`.
 *
 * Not for: new services. A token without `exp` never expires.
 *
 * @example
 * const verify = createVerifier({ ...presets.kratos.verifier, keys: hmacKey(secret, 'HS256') })
 * const gate = createGate({ ...presets.kratos.server, verify, select: presets.kratos.select({ prefix: '/api.v1.' }) })
 */
export const presets = Object.freeze({
  kratos: Object.freeze({
    verifier: lenient,
    server: Object.freeze({ extract: kratosBearer(), render: 'kratos' as const }),
    select: selectLikeKratos,
  }),
  goZero: Object.freeze({
    verifier: lenient,
    server: Object.freeze({ extract: from.bare(), render: 'goZero' as const }),
  }),
})

/** Kratos splits at the first space: the scheme before it, the token after it, spaces included. */
function kratosBearer(): Extractor {
  const extract = (call: Call) => {
    const [value, second] = call.header('authorization')
    if (second !== undefined) throw new AuthError('TOKEN_AMBIGUOUS')
    if (value === undefined) return undefined
    const blank = value.indexOf(' ')
    if (value.slice(0, Math.max(blank, 0)).toLowerCase() !== 'bearer') {
      throw new AuthError('TOKEN_SCHEME')
    }
    return value.slice(blank + 1)
  }
  return Object.assign(extract, { place: bearerPlace, isForeign: hasForeignScheme })
}
