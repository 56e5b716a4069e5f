// The configuration of jwt-api. Generated from its .api file: changes are lost.
import { type AuthConfig } from 'jotgate/api-spec/runtime'

/** What the gates need. Add what else the service needs in services.ts. */
export interface Config {
  readonly JwtAuth: AuthConfig
}
