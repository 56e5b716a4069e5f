import {
  createIssuer,
  createServiceKeys,
  type Issuer,
  type IssuerOptions,
} from '../../../src/sessions/index.js'
import { openStores } from './open-stores.js'

/** An issuer over the stores at a place, as each of several processes of one service has it. */
export async function openIssuer(
  place: string,
  secretHex: string,
  options: Pick<IssuerOptions, 'now' | 'grace'> = {},
): Promise<Issuer> {
  const { families } = await openStores(place)
  return createIssuer({
    families,
    serviceKey: createServiceKeys({ current: Buffer.from(secretHex, 'hex') }),
    // What is under test is the store; signatures have their own tests.
    sign: () => Promise.resolve('signed'),
    loadSubject: () => Promise.resolve({ claims: {} }),
    // Fifty at once on a busy machine: who wins is under test, not how soon.
    storeDeadlineMs: 10_000,
    ...options,
  })
}
