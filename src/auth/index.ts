export { createAuth, type Auth } from './create-auth.js'
export type { AuthOptions, AuthStores } from './auth-options.js'
