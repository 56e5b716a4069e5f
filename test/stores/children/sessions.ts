import {
  createSessions,
  createServiceKeys,
  type SessionStore,
  type Sessions,
  type SessionsOptions,
} from '../../../src/session/index.js'
import { openStores } from './open-stores.js'

type Options = Pick<SessionsOptions, 'now' | 'grace' | 'recoverWithin' | 'hooks'>

/** An issuer over the stores at a place, as each of several processes of one service has it. */
export async function openSessions(
  place: string,
  secretHex: string,
  options?: Options,
): Promise<Sessions> {
  return sessionsOver((await openStores(place)).sessions, secretHex, options)
}

/** An issuer over sessions, of which nothing but these is under test. */
export function sessionsOver(
  sessions: SessionStore,
  secretHex: string,
  options: Options = {},
): Sessions {
  return createSessions({
    store: sessions,
    serviceKey: createServiceKeys({ current: Buffer.from(secretHex, 'hex') }),
    // What is under test is the store; signatures have their own tests.
    sign: () => Promise.resolve('signed'),
    loadSubject: () => Promise.resolve({ claims: {} }),
    // Fifty at once on a busy machine: who wins is under test, not how soon.
    storeDeadlineMs: 10_000,
    ...options,
  })
}
