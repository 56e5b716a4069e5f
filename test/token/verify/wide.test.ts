import { describe, expect, test } from 'vitest'
import { createSigner, createVerifier, decodeToken } from '../../../src/token/index.js'
import { pairFor } from '../../key/pairs.js'
import { audience, issuer, now, verdict } from './forge.js'

const options = { audience, now: () => now }

describe('a character beyond ASCII never passes for the one with its low byte', () => {
  test.each(['HS256', 'RS256', 'ES256', 'EdDSA'] as const)(
    'a wide character at any position of a %s token is refused',
    async (alg) => {
      const { signing, verifying } = pairFor(alg)
      const token = await createSigner({ ...options, key: signing, issuer, expiresIn: 60 })()
      const entry = { keys: verifying, algorithms: [alg], audience }
      const one = createVerifier({ ...options, ...entry, issuer })
      const several = createVerifier({ now: options.now, issuers: { [issuer]: entry } })
      for (const verify of [one, several]) {
        expect(await verdict(verify, token)).toBe('accepted') // and its header is known from here on
        for (let at = 0; at < token.length; at++) {
          const wide = String.fromCharCode(token.charCodeAt(at) + 0x100)
          const twin = token.slice(0, at) + wide + token.slice(at + 1)
          expect(await verdict(verify, twin)).not.toBe('accepted')
          expect((await verify.explain(twin)).ok).toBe(false)
          expect(() => decodeToken(twin)).toThrow()
        }
      }
    },
  )
})
