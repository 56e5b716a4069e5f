import { afterEach, expect, test } from 'vitest'
import { goodClaims, now, verifierWith, withClaims } from './forge.js'

// Its type allows no further members.
const prototype = Object.prototype as unknown as Record<string, unknown>
const lent = ['iss', 'aud', 'iat', 'exp', 'sub'] as const

afterEach(() => {
  for (const claim of lent) Reflect.deleteProperty(prototype, claim)
})

test.each(lent)(
  'the claim %s of a polluted Object.prototype does not stand in for that of a token',
  async (claim) => {
    const verify = verifierWith({ maxTokenAge: 600, requiredClaims: ['sub'] })
    const token = withClaims({ [claim]: undefined })
    prototype[claim] = { ...goodClaims, iat: now - 10 }[claim]
    await expect(verify(token)).rejects.toMatchObject({ code: 'CLAIM_MISSING', claim })
    await expect(verify(withClaims({}))).resolves.toBeDefined()
  },
)
