import { Secret, TOTP } from 'otpauth'
import { createSealing } from '../../../apps/auth-service/src/storage/sealing.js'
import { createTotp } from '../../../apps/auth-service/src/users/second-factor/totp.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import * as written from './contents.js'
import type { Drawn } from './program.js'

/** Uses the first user's second factor: a code of the step after the recording, and a recovery code. */
export async function useSecondFactor(
  database: SqlDatabase,
  { secondFactor }: Pick<Drawn, 'secondFactor'>,
) {
  const now = written.start + 30
  const factor = await createTotp({
    ...{ database, starting: database, name: 'recorded', now: () => Promise.resolve(now) },
    sealing: createSealing([written.encryptionKey]),
  })
  const [user] = written.users
  const state = await factor.state(user)
  if (secondFactor === undefined) return { state, used: [] }
  const { secret, recoveryCode } = secondFactor
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now * 1000 })
  return { state, used: [await factor.check(user, code), await factor.check(user, recoveryCode)] }
}
