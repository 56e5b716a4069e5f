/**
 * The algorithms, one row each (RFC 7518 section 3, RFC 8037). A key is bound to one row when it is made; the header
 * of a token only ever has to agree with it.
 */

type Hash = 'sha256' | 'sha384' | 'sha512'

export type AlgorithmRow =
  /** MAC; `bytes` is the length of the tag and the least length of the key (RFC 7518 section 3.2). */
  | { readonly kind: 'hmac'; readonly hash: Hash; readonly bytes: number }
  /** RSASSA-PKCS1-v1_5 (section 3.3). */
  | { readonly kind: 'rsa'; readonly hash: Hash }
  /** ECDSA; `bytes` is the length of R ‖ S (section 3.4); curve names as OpenSSL and as JWK have them. */
  | {
      readonly kind: 'ec'
      readonly hash: Hash
      readonly bytes: number
      readonly curve: string
      readonly crv: string
    }
  /** EdDSA (RFC 8037 section 3.1). */
  | {
      readonly kind: 'ed'
      readonly bytes: number
      readonly keyType: 'ed25519'
      readonly crv: string
    }

export const algorithms = {
  HS256: { kind: 'hmac', hash: 'sha256', bytes: 32 },
  RS256: { kind: 'rsa', hash: 'sha256' },
  ES256: { kind: 'ec', hash: 'sha256', bytes: 64, curve: 'prime256v1', crv: 'P-256' },
  EdDSA: { kind: 'ed', bytes: 64, keyType: 'ed25519', crv: 'Ed25519' },
} as const satisfies Record<string, AlgorithmRow>

/** Name of a signature algorithm as `alg` has it (RFC 7518 section 3.1). */
export type Algorithm = keyof typeof algorithms

/** Whether a value names one of {@link algorithms}; exact and case-sensitive, as RFC 7515 section 4.1.1 asks. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(algorithms, name)
}

/** Whether an algorithm's verification key must stay secret. */
export function isSymmetric(algorithm: Algorithm): boolean {
  return algorithms[algorithm].kind === 'hmac'
}
