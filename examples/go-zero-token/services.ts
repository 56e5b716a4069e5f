import { type Signer } from 'jotgate'

/** What the handlers work with. */
export interface Services {
  /** Signs an access token. */
  readonly sign: Signer
  /** Life of an access token in seconds. */
  readonly accessExpire: number
  /** Whether this is the user's password. */
  readonly isPassword: (userId: string, password: string) => boolean
}
