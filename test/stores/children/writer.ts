/** Refreshes one session again and again, and tells each new refresh token as soon as it has been acknowledged. */
import { openSessions } from './sessions.js'

const [path = '', secret = '', first = ''] = process.argv.slice(2)
// Without a grace every refresh writes.
const sessions = await openSessions(path, secret, { grace: 0 })
process.send?.('ready')

let token = first
for (;;) {
  token = (await sessions.refresh(token, { client: 'web' })).refreshToken
  process.send?.(token)
  await new Promise((resolve) => setImmediate(resolve))
}
