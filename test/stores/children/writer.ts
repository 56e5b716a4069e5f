/** Refreshes one session again and again, and tells each new refresh token as soon as it has been acknowledged. */
import { openIssuer } from './issuer.js'

const [path = '', secret = '', first = ''] = process.argv.slice(2)
// Without a grace every refresh writes.
const issuer = await openIssuer(path, secret, { grace: 0 })
process.send?.('ready')

let token = first
for (;;) {
  token = (await issuer.refresh(token, { client: 'web' })).refreshToken
  process.send?.(token)
  await new Promise((resolve) => setImmediate(resolve))
}
