import { AuthError } from 'jotgate'
import { expect, test } from 'vitest'
import { createAdmission } from '../../../apps/auth-service/src/limits/admission.js'
import { revokeToken } from '../../../apps/auth-service/src/oauth/revoke.js'
import { parseForm } from '../../../apps/auth-service/src/oauth/form.js'
import type { OAuthClient } from '../../../apps/auth-service/src/oauth/clients.js'
import type { OAuth } from '../../../apps/auth-service/src/oauth/oauth.js'
import { loginLimits, slots } from './attempts.js'

/** `/oauth/revoke` for tokens that are names of subjects, under the limits of the service. */
function makeRevoking() {
  const { clients: limits } = createAdmission({
    configuration: { loginLimits },
    redis: undefined,
    slots,
  })
  const made = { limits, revoked: [] as unknown[], isRevoked: false }
  const oauth = {
    limits,
    events: { record: () => Promise.resolve() },
    sessionsOf: () => ({ end: () => Promise.reject(new AuthError('REFRESH_MALFORMED')) }),
    verify: (text: string) => Promise.resolve({ payload: { sub: text, client_id: 'app' } }),
    revocation: {
      isRevoked: () => made.isRevoked,
      revoke: (request: unknown) => Promise.resolve(made.revoked.push(request)),
    },
  }
  return Object.assign(made, { oauth: oauth as unknown as OAuth }) // what revoking a token uses of it
}

test('a client revokes 30 single tokens of one subject, then waits; other subjects and clients do not', async () => {
  const { limits } = makeRevoking()
  for (let round = 0; round < 30; round++) await limits.revoking('app', 'user-1')
  const refused = limits.revoking('app', 'user-1')
  await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY' })
  await expect(refused).rejects.toHaveProperty('headers.retry-after', expect.any(String))
  await limits.revoking('app', 'user-2')
  await limits.revoking('another', 'user-1')
})

test('a token beyond the limit is not revoked, and one that is revoked already counts for nothing', async () => {
  const made = makeRevoking()
  const client = { id: 'app' } as OAuthClient // its id is all that counts
  const form = parseForm('token=user-1')
  const revoke = () => revokeToken(made.oauth, { client, form, from: {} })
  for (let round = 0; round < 30; round++) await revoke()
  await expect(revoke()).rejects.toMatchObject({ code: 'TOO_MANY' })
  expect(made.revoked).toHaveLength(30)
  made.isRevoked = true
  await revoke()
  expect(made.revoked).toHaveLength(30)
})
