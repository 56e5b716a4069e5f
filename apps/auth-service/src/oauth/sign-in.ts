import type { Users } from '../users/users.js'
import type { Codes } from './authorize/codes.js'
import type { Consents } from './authorize/consents.js'
import type { Sites } from './authorize/sites.js'
import type { Sso } from './authorize/sso.js'
import type { IdTokens } from './id-tokens.js'

/** What logging in at sites needs. There is none with a shared secret, since nothing can be published then. */
export interface SignIn {
  readonly sso: Sso
  readonly codes: Codes
  readonly sites: Sites
  readonly consents: Consents
  readonly idTokens: IdTokens
  /** Read anew after a code was redeemed: who may log in at a client can have changed. */
  readonly users: Pick<Users, 'byId'>
}
