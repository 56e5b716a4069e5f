import {
  createIssuer,
  createServiceKeys,
  type FamilyStore,
  type Issuer,
  type IssuerOptions,
} from '../../../src/sessions/index.js'
import { openStores } from './open-stores.js'

type Options = Pick<IssuerOptions, 'now' | 'grace' | 'recoverWithin' | 'hooks'>

/** An issuer over the stores at a place, as each of several processes of one service has it. */
export async function openIssuer(
  place: string,
  secretHex: string,
  options?: Options,
): Promise<Issuer> {
  return issuerOver((await openStores(place)).families, secretHex, options)
}

/** An issuer over families, of which nothing but these is under test. */
export function issuerOver(
  families: FamilyStore,
  secretHex: string,
  options: Options = {},
): Issuer {
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
