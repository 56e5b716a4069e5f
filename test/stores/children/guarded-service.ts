/** A service whose one path takes no revoked token, and that revokes; tells its port, and what its revocation tells. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { auth } from '../../../src/adapters/node/node.js'
import { AuthError } from '../../../src/foundation/errors.js'
import { hmacKey } from '../../../src/key/index.js'
import { createVerifier } from '../../../src/token/index.js'
import { createGate } from '../../../src/gate/index.js'
import { createRevocation, type RevokeRequest } from '../../../src/revocation/index.js'
import { openRevocations } from './open-stores.js'
import { watchAnswers } from './watch-answers.js'
import { watchStalls } from './watch-stalls.js'
import { weaken, type Weakness } from './weakened-store.js'

/** What the service is told, as JSON. */
export interface ServiceOptions {
  /** See `openStores`. */
  readonly place: string
  /** In hexadecimal digits. */
  readonly secret: string
  readonly issuer: string
  readonly maxStalenessMs: number
  readonly heartbeatEveryMs: number
  readonly deadlineMs: number
  readonly minReplicas: number
  readonly weakness: Weakness
}

/** What the service says. */
export type ServiceMessage =
  | { readonly port: number }
  | { readonly what: string; readonly at: number; readonly wall: number; readonly ms?: number }

const options = JSON.parse(process.argv[2] ?? '') as ServiceOptions // as the test has written it
const { issuer, maxStalenessMs, heartbeatEveryMs, deadlineMs } = options

function tell(message: ServiceMessage): void {
  process.send?.(message)
}

function note(what: string, ms?: number): void {
  const at = Number(process.hrtime.bigint() / 1000n) / 1000
  tell({ what, at, wall: Math.floor(Date.now() / 1000), ...(ms !== undefined && { ms }) })
}

const watched = watchAnswers(await openRevocations(options.place, options), {
  within: deadlineMs,
  tell: (ms) => {
    note('unanswered', ms)
  },
})
const store = weaken(watched, options.weakness)
const revocation = createRevocation({
  ...{ store, issuer, accessTtl: '15m', heartbeatEveryMs, deadlineMs },
  maxStaleness: maxStalenessMs / 1000,
  onEvent: ({ kind }) => {
    note(kind)
  },
})
const key = hmacKey(Buffer.from(options.secret, 'hex'), 'HS256')
const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience: null })
const gate = createGate({ verify, isRevoked: (token) => revocation.isRevoked(token) })
const guarded = auth(gate)((_, response) => response.end('in'))

async function revoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const wanted = JSON.parse(await text(request)) as RevokeRequest // as the test has written it
  try {
    await revocation.revoke(wanted)
    response.statusCode = 204
  } catch (error) {
    response.statusCode = error instanceof AuthError ? error.status : 500
  }
  response.end()
}

const server = createServer((request, response) => {
  if (request.url === '/revoke') void revoke(request, response)
  else if (request.url === '/status') response.end(JSON.stringify(revocation.status()))
  else void guarded(request, response)
}).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) tell({ port: address.port })
})
server.keepAliveTimeout = 120_000

// Nobody is left who would end it.
process.once('disconnect', () => process.exit())
watchStalls((ms) => {
  note('stalled', ms)
})

for (;;) {
  try {
    await revocation.start()
    break
  } catch {
    // The store is not there yet: until it is, every call is answered 503.
    await sleep(100)
  }
}
