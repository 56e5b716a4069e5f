import { createSigner, createVerifier, type TrustedIssuer } from '../../../src/token/index.js'
import type { Key } from '../../../src/key/index.js'
import type { LookupLimits } from '../../../src/token/trusted-issuers.js'
import { pairFor } from '../../key/pairs.js'
import { forge, goodClaims, key, now } from './forge.js'

export const tenant = 'https://login.example/tenants/1'
export const other = 'https://login.example/tenants/2'
export const { signing, verifying } = pairFor('EdDSA')
export const entry: TrustedIssuer = { keys: verifying, algorithms: ['EdDSA'], audience: 'api' }
export const hmacEntry: TrustedIssuer = { keys: key, algorithms: ['HS256'], audience: 'api' }

/** A verifier over tenants that come and go, and the names that its function was asked for. */
export function tenants(known: Record<string, TrustedIssuer>, lookups: LookupLimits = {}) {
  const state = { time: now, known, asked: [] as string[] }
  const verify = createVerifier({
    issuers: (issuer) => {
      state.asked.push(issuer)
      return Promise.resolve(state.known[issuer])
    },
    lookups,
    now: () => state.time,
  })
  return { verify, state }
}

export function sign(issuer: string, by: Key = signing): Promise<string> {
  const signer = { key: by, audience: 'api', expiresIn: 86_400, now: () => now }
  return createSigner({ ...signer, issuer })({ sub: '1' })
}

/** Quickly made, for names that no function knows. */
export function named(iss: unknown): string {
  return forge({ payload: { ...goodClaims, iss } })
}
