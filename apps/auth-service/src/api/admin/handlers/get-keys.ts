import { type GuardedHandler } from '../generated/server.js'
import { type Keys } from '../generated/types.js'
import { keysOf } from '../keys.js'

/** GET /admin/keys */
export const getKeysHandler: GuardedHandler<object, Keys> = ({ services }) => keysOf(services.ring)
