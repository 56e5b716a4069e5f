import { createSigner } from '../../../../src/core/index.js'
import { createKeyRing } from '../../../../src/keys/key-ring.js'
import { fileKeys } from '../../../../src/stores/keys/file.js'
import { hastyTimes } from '../hasty-times.js'

/** One token, and the moments (Unix milliseconds) between which it was asked what to sign it with. */
export interface Signed {
  readonly token: string
  readonly kid: string
  readonly before: number
  readonly after: number
}

const [folder = '', key = ''] = process.argv.slice(2)
const ring = createKeyRing({
  store: fileKeys(folder),
  algorithm: 'ES256',
  encryptionKey: Buffer.from(key, 'hex'),
  ...hastyTimes,
})
await ring.start()
const tell = (message: object) => process.send?.(message)

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
}, 5)

process.on('disconnect', () => process.exit(0))
tell({ ready: true })
