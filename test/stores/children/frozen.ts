/** A process that is stopped for a while: it says whether sessions are revoked, and how it found out. */
import { AuthError } from '../../../src/foundation/errors.js'
import { createRevocation } from '../../../src/revocation/index.js'
import { issuer } from '../../../src/testkit/revocation-samples.js'
import { openStores } from './open-stores.js'

/** What it answers about a session. */
export interface Found {
  /** Or the code of a refusal. */
  readonly isRevoked: boolean | string
  /** Whether it asked the store. */
  readonly isAsked: boolean
  readonly ms: number
}

const [place = ''] = process.argv.slice(2)
const { revocations: store } = await openStores(place)
const revocation = createRevocation({ store, issuer, accessTtl: '15m', whenStale: 'ask' })
await revocation.start()

async function look(sid: string): Promise<Found> {
  const claims = { sid, iss: issuer, sub: 'user-1', iat: Math.floor(Date.now() / 1000) + 60 }
  const from = performance.now()
  const answer = revocation.isRevoked({ header: { alg: 'ES256' }, payload: claims } as never) // as verified
  const isAsked = typeof answer !== 'boolean'
  const code = (error: unknown) => (error instanceof AuthError ? error.code : String(error))
  const isRevoked = await Promise.resolve(answer).catch(code)
  return { isRevoked, isAsked, ms: performance.now() - from }
}

process.on('message', (sids: readonly string[]) => {
  void Promise.all(sids.map(look)).then((found) => process.send?.(found))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
