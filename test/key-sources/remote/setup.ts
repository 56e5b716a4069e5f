import { generateKeyPairSync } from 'node:crypto'
import { afterEach } from 'vitest'
import { type Key, privateKey } from '../../../src/key/index.js'
import { createSigner, createVerifier, type KeySource } from '../../../src/token/index.js'
import { remoteJwks, type RemoteJwksOptions } from '../../../src/key-sources/remote-jwks.js'
import { startJwksServer, type JwksServer } from './jwks-server.js'

export const issuer = 'https://issuer.example'

export const ecKey = (): Key =>
  privateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256')

export const signWith = (key: Key) =>
  createSigner({ key, issuer, audience: 'api', expiresIn: '2w' })({ sub: 'u' })

export const verifierOf = (keys: KeySource, cache?: false) =>
  createVerifier({
    keys,
    algorithms: ['ES256'],
    issuer,
    audience: 'api',
    ...(cache === undefined ? {} : { cache }),
  })

/** A clock that moves when it is told to. */
export interface Clock {
  (): number
  add(seconds: number): void
}

export function createClock(): Clock {
  let now = Math.floor(Date.now() / 1000)
  return Object.assign(() => now, {
    add: (seconds: number) => {
      now += seconds
    },
  })
}

/** One server, one remote set that asks it, one clock. */
export async function setUp(
  answer: JwksServer['answer'],
  options: Partial<RemoteJwksOptions> = {},
): Promise<{
  server: JwksServer
  clock: Clock
  keys: ReturnType<typeof remoteJwks>
  events: string[]
}> {
  const server = await startJwksServer(answer)
  open.push(server)
  const clock = createClock()
  const events: string[] = []
  const keys = remoteJwks(server.url, {
    algorithms: ['ES256'],
    reach: 'loopback',
    now: clock,
    random: () => 1,
    onEvent: (event) => {
      events.push(event.type === 'failed' ? event.problem : event.type)
    },
    ...options,
  })
  return { server, clock, keys, events }
}

const open: JwksServer[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

/** Lets a fetch in the background come to its end. */
export async function settled(check: () => boolean): Promise<void> {
  for (let left = 400; left > 0 && !check(); left--) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  if (!check()) throw new Error('what was waited for did not happen')
}
