import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicJwk } from '../../../src/key/index.js'
import { remoteJwks } from '../../../src/key-sources/remote-jwks.js'
import { createVerifier } from '../../../src/token/index.js'
import { seeded } from '../../setup/random.js'
import { seed } from '../../setup/seed.js'
import { lieOf, type Lie } from './lies.js'
import { answer } from './sets.js'
import { createClock, ecKey, issuer, signWith } from './setup.js'

// A key server that lies: status, headers, body and timing at random, each answer against a set that was good before.
// `npm run fuzz -- jwks RUNS` makes the long run.
const runs = Math.min(Number(process.env['FUZZ_RUNS'] ?? 240), 20_000)
const atOnce = 40

const [known, stranger] = [ecKey(), ecKey()]
const bodies = {
  good: JSON.stringify({ keys: [publicJwk(known)] }),
  stranger: JSON.stringify({ keys: [{ ...publicJwk(ecKey()), kid: 'other' }] }),
}

/** What is answered to the requests of each run; undefined: the truth. */
const lies = new Map<string, Lie>()
const server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.once('data', (request) => {
    const [, , run = '', kind = ''] = /^GET (\/(\w+)\/?(\S*))/.exec(String(request)) ?? []
    const lie = lies.get(`${run} ${kind.includes('.well-known') ? 'metadata' : 'set'}`)
    if (lie) void tell(socket, lie)
    else tellTruth(socket, run, kind)
  })
})
let origin = ''
const faults: unknown[] = []
const note = (error: unknown) => faults.push(error)

beforeAll(async () => {
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
})
afterAll(() => {
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  server.close()
})

async function tell(socket: Socket, { pieces, pauseMs, end }: Lie): Promise<void> {
  for (const piece of pieces) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    socket.write(piece)
  }
  if (end === 'end') socket.end()
  if (end === 'destroy') socket.destroy()
  if (end === 'reset') socket.resetAndDestroy()
}

function tellTruth(socket: Socket, run: string, kind: string): void {
  const metadata = { issuer: `${origin}/${run}`, jwks_uri: `${origin}/${run}/jwks` }
  const body = kind.includes('.well-known') ? JSON.stringify(metadata) : bodies.good
  socket.end(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
  )
}

const tokens = Promise.all([signWith(known), signWith(stranger)])

/** One lie to one set, and what came of it; undefined when all is as it must be. */
async function tryOne(at: number): Promise<string | undefined> {
  const random = seeded(seed + at)
  const [token, forged] = await tokens
  const run = `r${String(at)}`
  const byMetadata = random() < 0.3
  const clock = createClock()
  const keys = remoteJwks(byMetadata ? `${origin}/${run}` : `${origin}/${run}/jwks`, {
    ...{ algorithms: ['ES256'], reach: 'loopback', now: clock, random, timeoutMs: 150 },
    ...(byMetadata ? { discovery: 'openid' as const } : {}),
  })
  const verify = createVerifier({
    ...{ keys, algorithms: ['ES256'], issuer, audience: 'api', now: clock, clockTolerance: 300 },
  })
  /** On a busy machine the truth may come too late: it is asked for again. */
  const isKnown = async () => {
    for (let left = 100; left > 0; left--) {
      if ((await answer(verify, token)) === 'accepted') return true
      clock.add(61)
    }
    return false
  }
  if (!(await isKnown())) return 'the truth was not taken before the lie'
  const lie = lieOf(random, bodies)
  lies.set(`${run} ${byMetadata && random() < 0.5 ? 'metadata' : 'set'}`, lie)
  clock.add(601)
  const during = await answer(verify, token)
  const allowed = lie.withdraws ? ['accepted', 'KEY_UNKNOWN', 'KEYS_UNAVAILABLE'] : ['accepted']
  if (!allowed.includes(during)) return `the known key: ${during}: ${lie.described}`
  const other = await answer(verify, forged)
  if (!['KEY_UNKNOWN', 'KEYS_UNAVAILABLE'].includes(other))
    return `a stranger’s token: ${other}: ${lie.described}`
  keys.status()
  for (const name of ['metadata', 'set']) lies.delete(`${run} ${name}`)
  clock.add(601)
  return (await isKnown()) ? undefined : `the truth was not taken after the lie: ${lie.described}`
}

test(
  `no answer of a key server ends the process, lets a stranger in or makes a known key unusable (seed ${String(seed)})`,
  { timeout: 300_000 + runs * 100 },
  async () => {
    const wrong: string[] = []
    for (let from = 0; from < runs; from += atOnce) {
      const batch = Array.from({ length: Math.min(atOnce, runs - from) }, (_, i) => from + i)
      const found = await Promise.all(batch.map(tryOne))
      wrong.push(...found.filter((each) => each !== undefined))
    }
    expect(wrong).toEqual([])
    expect(faults).toEqual([])
    console.log(`${String(runs)} lies of a key server, seed ${String(seed)}`)
  },
)
