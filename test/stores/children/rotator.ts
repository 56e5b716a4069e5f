/** Rotates the ring at a place every second, signs with its key all the while, and tells each token and each wait. */
import { createSigner } from '../../../src/token/index.js'
import { createKeyRing } from '../../../src/key-sources/key-ring.js'
import { hastyTimes } from './hasty-times.js'
import { openKeys } from './open-stores.js'
import { timedReads } from './timed-reads.js'

/** One token, and the moments (Unix milliseconds) between which it was asked what to sign it with. */
export interface Signed {
  readonly token: string
  readonly kid: string
  readonly before: number
  readonly after: number
}

const [place = '', key = ''] = process.argv.slice(2)
const tell = (message: object) => process.send?.(message)
const ring = createKeyRing({
  store: timedReads(await openKeys(place), (gapMs) => tell({ gapMs })),
  algorithm: 'ES256',
  encryptionKey: Buffer.from(key, 'hex'),
  ...hastyTimes,
})
await ring.start()

setInterval(() => {
  ring.rotate().catch((error: unknown) => tell({ failed: String(error) }))
}, 1000)

setInterval(() => {
  void (async () => {
    const before = Date.now()
    const signing = ring.signingKey()
    const after = Date.now()
    const sign = createSigner({ key: signing, issuer: 'i', audience: 'a', expiresIn: '1h' })
    tell({ token: await sign(), kid: signing.kid, before, after } satisfies Signed)
  })().catch((error: unknown) => tell({ failed: String(error) }))
}, 10)

process.on('disconnect', () => process.exit(0))
tell({ ready: true })
