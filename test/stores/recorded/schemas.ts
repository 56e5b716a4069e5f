import { auditSchema } from '../../../apps/auth-service/src/audit/audit-tables.js'
import { codeSchema } from '../../../apps/auth-service/src/oauth/authorize/codes.js'
import { consentSchema } from '../../../apps/auth-service/src/oauth/authorize/consents.js'
import { siteSchema } from '../../../apps/auth-service/src/oauth/authorize/sites.js'
import { assertionSchema } from '../../../apps/auth-service/src/oauth/client-assertion.js'
import { clientKeySchema } from '../../../apps/auth-service/src/oauth/client-keys.js'
import { clientSchema } from '../../../apps/auth-service/src/oauth/client-rows.js'
import { clientOriginSchema } from '../../../apps/auth-service/src/oauth/client-origins.js'
import { clientSignInSchema } from '../../../apps/auth-service/src/oauth/client-sign-in.js'
import { limitSchema } from '../../../apps/auth-service/src/limits/postgres-limits.js'
import { lockSchema } from '../../../apps/auth-service/src/limits/postgres-locks.js'
import { processSchema } from '../../../apps/auth-service/src/observing/processes.js'
import { outboxSchema } from '../../../apps/auth-service/src/outbox/outbox-schema.js'
import { modeSchema } from '../../../apps/auth-service/src/storage/mode.js'
import { secondFactorSchema } from '../../../apps/auth-service/src/users/second-factor/factor-rows.js'
import { userSchema } from '../../../apps/auth-service/src/users/sql-users.js'
import {
  userAttributeSchema,
  userTimeSchema,
} from '../../../apps/auth-service/src/users/user-rows.js'
import { attemptsSchema } from '../../../src/stores/sql/attempts.js'
import { keysSchema } from '../../../src/stores/sql/keys.js'
import type { Schema } from '../../../src/stores/sql/migrate.js'
import { revocationsSchema } from '../../../src/stores/sql/revocations.js'
import { sessionDetailsSchema } from '../../../src/stores/sql/session-details.js'
import { sessionsSchema } from '../../../src/stores/sql/sessions.js'
import { oneLine } from './sql-text.js'

/** Every part that this release keeps in a database, in the order in which they are made. */
export const schemas: readonly Schema[] = [
  sessionsSchema,
  sessionDetailsSchema,
  revocationsSchema,
  keysSchema,
  attemptsSchema,
  userSchema,
  userTimeSchema,
  userAttributeSchema,
  clientSchema,
  clientOriginSchema,
  clientSignInSchema,
  clientKeySchema,
  assertionSchema,
  codeSchema,
  siteSchema,
  consentSchema,
  processSchema,
  limitSchema,
  lockSchema,
  modeSchema,
  outboxSchema,
  auditSchema,
  secondFactorSchema,
]

/** The statements of every version of every part, by part. */
export function statementsOf(): Readonly<Record<string, readonly (readonly string[])[]>> {
  return Object.fromEntries(
    schemas.map(({ part, versions }) => [
      part,
      versions.map(({ statements }) => statements.map(oneLine)),
    ]),
  )
}
