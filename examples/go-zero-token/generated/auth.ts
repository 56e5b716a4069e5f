// Gates and signers of jwt-api. Generated from its .api file: changes are lost.
import { type Signer } from 'jotgate'
import { type GatesOptions, secretGate, secretSigner } from 'jotgate/api-spec/runtime'
import { type Config } from './config.js'
import { type Gates, type GuardName } from './guards.js'

/** The gate of each guard. */
export function createGates(config: Config, options: GatesOptions = {}): Gates {
  return {
    JwtAuth: secretGate({ jwt: config.JwtAuth }, options),
  }
}

/** The signer of each guard, for services that log callers in. */
export function createSigners(config: Config): { readonly [name in GuardName]: Signer } {
  return {
    JwtAuth: secretSigner({ jwt: config.JwtAuth }),
  }
}
