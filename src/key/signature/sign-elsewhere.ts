import { within } from '../../foundation/deadline.js'
import { AuthError } from '../../foundation/errors.js'
import { notify } from '../../foundation/listener.js'
import { isBytes } from '../../foundation/realms.js'
import type { Algorithm } from '../algorithms.js'
import type { KeyPowers } from '../powers.js'
import { derToConcatenated } from './ecdsa-encoding.js'

/**
 * Signs bytes where the private key is. The bytes are the signing input of a JWS (RFC 7515 section 5.1), not hashed yet:
 * a service that signs a digest needs their hash. What it throws or rejects with is a 503.
 */
export type ExternalSign = (
  signingInput: Uint8Array,
  context: ExternalSignContext,
) => Promise<Uint8Array>

/** What {@link ExternalSign} needs to know beside the bytes. */
export interface ExternalSignContext {
  readonly alg: Algorithm
  readonly kid: string
  /** Aborted when the deadline has passed: pass it to `fetch`, so that nothing goes on for an answer that is not used. */
  readonly signal: AbortSignal
}

/** How a signature was not made. */
export type ExternalKeyProblemKind =
  /** No answer within the deadline. */
  | 'late'
  /** `sign` threw or rejected. */
  | 'rejected'
  /** The answer is no signature of the algorithm, by its type, length or encoding. */
  | 'malformed'
  /** The signature does not verify with `publicKey`: the service used another key, hash or padding. */
  | 'wrong'

/** A token that could not be signed. Contains nothing of the token or of the answer. */
export interface ExternalKeyEvent {
  readonly type: 'failed'
  readonly alg: Algorithm
  readonly kid: string
  readonly problem: ExternalKeyProblemKind
  /** A fixed sentence. */
  readonly message: string
}

/** A private key in another place, and how to judge what it makes. */
export interface Elsewhere {
  readonly alg: Algorithm
  readonly kid: string
  readonly sign: ExternalSign
  /** The form in which an ECDSA signature comes; others have one form only. */
  readonly dsaEncoding: 'ieee-p1363' | 'der'
  /** The powers of the public half. */
  readonly half: Pick<KeyPowers, 'signatureBytes' | 'verify'>
  readonly deadlineMs: number
  readonly onEvent: ((event: ExternalKeyEvent) => void) | undefined
}

/**
 * A function that has bytes signed elsewhere, for at most `deadlineMs`, and verifies what came back before anyone has it.
 *
 * It rejects with AuthError KEYS_UNAVAILABLE. The cause says what was wrong, and its cause is what `sign` threw.
 *
 * @example const signature = await signElsewhere(place)(Buffer.from('data'))
 */
export function signElsewhere(place: Elsewhere): (data: Uint8Array) => Promise<Buffer> {
  return async (data) => {
    try {
      const signature = readSignature(place, await ask(place, data))
      if (place.half.verify(data, signature)) return signature
      throw new ExternalKeyProblem('wrong', 'the signature does not verify with publicKey')
    } catch (error) {
      throw failed(place, error)
    }
  }
}

/** `sign` gets a copy: changed bytes would be verified as they are now, and not as they are in the token. */
async function ask({ alg, kid, sign, deadlineMs }: Elsewhere, data: Uint8Array): Promise<unknown> {
  const aborter = new AbortController()
  const context = { alg, kid, signal: aborter.signal }
  const late = () =>
    new ExternalKeyProblem('late', `sign gave no answer within ${String(deadlineMs)} ms`)
  try {
    return await within(deadlineMs, () => sign(Uint8Array.from(data), context), { late })
  } catch (error) {
    aborter.abort(error)
    throw error
  }
}

/** The answer as a JWS has it (RFC 7518 section 3.4), in a copy that `sign` cannot change after it was verified. */
function readSignature({ alg, dsaEncoding, half }: Elsewhere, given: unknown): Buffer {
  const { signatureBytes } = half
  if (!isBytes(given)) throw malformed('sign must resolve with a Uint8Array')
  const bytes = Buffer.from(given)
  if (dsaEncoding === 'der') return readDer(bytes, signatureBytes)
  if (bytes.byteLength === signatureBytes) return bytes
  const hint = alg.startsWith('ES') ? "; for DER, set dsaEncoding: 'der'" : ''
  throw malformed(
    `a signature of ${alg} has ${String(signatureBytes)} bytes, and this one ${String(bytes.byteLength)}${hint}`,
  )
}

function readDer(bytes: Buffer, signatureBytes: number): Buffer {
  try {
    return derToConcatenated(bytes, signatureBytes)
  } catch {
    throw malformed('the signature is not the DER encoding of two numbers of the curve')
  }
}

function failed({ alg, kid, onEvent }: Elsewhere, error: unknown): AuthError {
  const cause =
    error instanceof ExternalKeyProblem
      ? error
      : new ExternalKeyProblem('rejected', 'sign threw or rejected', { cause: error })
  notify(onEvent, { type: 'failed', alg, kid, problem: cause.kind, message: cause.message })
  return new AuthError('KEYS_UNAVAILABLE', { retryAfter: 1 }, { cause })
}

/** Why there is no signature, as a fixed sentence. */
class ExternalKeyProblem extends Error {
  override readonly name = 'ExternalKeyProblem'
  readonly kind: ExternalKeyProblemKind

  constructor(kind: ExternalKeyProblemKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

function malformed(message: string): ExternalKeyProblem {
  return new ExternalKeyProblem('malformed', message)
}
