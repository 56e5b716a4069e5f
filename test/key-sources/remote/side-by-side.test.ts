import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { privateKey, publicJwk } from '../../../src/key/index.js'
import { createSigner } from '../../../src/token/index.js'
import { json, setOf, startJwksServer, status, type JwksServer } from './jwks-server.js'
import { clients, type SetClient } from './peers.js'
import { ecKey, issuer, signWith } from './setup.js'
import { jwkOf } from '../../key/pairs.js'

// What others do with the same server is measured beside ours and printed; only ours may fail the run.
// `RECORD=1 npx vitest run test/key-sources/remote/side-by-side.test.ts` keeps the table in test/results/.

const [a, b] = [ecKey(), ecKey()]
const good = publicJwk(a)
const token = await signWith(a)
const rows: Record<string, Record<string, string>> = {}

/** Each client against a server of its own; what it did, for the table. */
function compare(
  row: string,
  play: (parts: { client: SetClient; server: JwksServer }) => Promise<string>,
  ours: string,
): void {
  const cells: Record<string, string> = (rows[row] = {})
  // Ours has two seconds for a request, so only what waits runs beside others.
  const run = row.includes('trickles') ? test.concurrent : test
  run(
    row,
    async () => {
      const playing = Object.entries(clients).map(async ([name, make]) => {
        const server = await startJwksServer(setOf([a]))
        cells[name] = await play({ client: make(server), server })
        await server.close()
      })
      await Promise.all(playing)
      expect(cells['jotgate']).toBe(ours)
    },
    30_000,
  )
}

const count = async (client: SetClient, tokens: readonly string[]): Promise<number> => {
  let taken = 0
  for (const each of tokens) if (await client.accepts(each)) taken++
  return taken
}

const unknownKids = await Promise.all(
  Array.from({ length: 50 }, () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = privateKey(pair.privateKey, 'ES256', { kid: randomBytes(12).toString('hex') })
    return createSigner({ key, issuer, audience: 'api', expiresIn: '1h' })({ sub: 'u' })
  }),
)

/** How long a client that is given two seconds is waited for. */
const patienceMs = 6000

/** Undefined when there is no answer in time. */
const within = async <T>(ms: number, asked: Promise<T>): Promise<T | undefined> =>
  Promise.race([asked, sleep(ms, undefined, { ref: false })])

/** A byte now and then, of a set that is good so far, for ten minutes or until the client has had enough. */
const trickle: JwksServer['answer'] = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"keys":[')
  const drip = setInterval(() => response.write(' '), 50)
  const end = setTimeout(() => response.end(), 600_000)
  response.on('close', () => {
    clearInterval(drip)
    clearTimeout(end)
  })
}

describe('clients of a set server, side by side', () => {
  compare(
    '20 verifications while the server fails',
    async ({ client, server }) => {
      expect(await client.accepts(token)).toBe(true)
      await client.age()
      server.answer = status(500)
      const before = server.paths.length
      const taken = await count(client, Array<string>(20).fill(token))
      return `${String(taken)} accepted, ${String(server.paths.length - before)} fetches`
    },
    '20 accepted, 1 fetches',
  )

  compare(
    '50 tokens with unknown kids',
    async ({ client, server }) => {
      expect(await client.accepts(token)).toBe(true)
      const before = server.paths.length
      await count(client, unknownKids)
      return `${String(server.paths.length - before)} fetches`
    },
    '1 fetches',
  )

  compare(
    'a new key, published after such a flood and a cooldown',
    async ({ client, server }) => {
      await client.accepts(token)
      await count(client, unknownKids)
      server.answer = setOf([a, b])
      await client.cooldown()
      return (await client.accepts(await signWith(b))) ? 'found' : 'not found'
    },
    'found',
  )

  compare(
    'a new key, published in the midst of such a flood, which goes on',
    async ({ client, server }) => {
      await client.accepts(token)
      const before = server.paths.length
      await count(client, unknownKids.slice(0, 20))
      server.answer = setOf([a, b])
      await count(client, unknownKids.slice(20))
      await client.cooldown()
      await count(client, unknownKids.slice(0, 5))
      const found = (await client.accepts(await signWith(b))) ? 'found' : 'not found'
      return `${found}, ${String(server.paths.length - before)} fetches`
    },
    'found, 2 fetches',
  )

  compare(
    'a key that was removed, once the set is old',
    async ({ client, server }) => {
      await client.accepts(token)
      server.answer = setOf([b])
      await client.age()
      return (await client.accepts(token)) ? 'still accepted' : 'refused'
    },
    'refused',
  )

  const privateHalf = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const secret = { kty: 'oct', kid: 'o', alg: 'HS256', k: randomBytes(32).toString('base64url') }
  /** What a server answers, and the kind of problem that ours makes of it, if it makes one. */
  const hostile: Record<string, readonly [JwksServer['answer'], string | undefined]> = {
    'a redirect': [
      (request, response) => {
        if (request.url === '/moved') setOf([a])(request, response)
        else response.writeHead(302, { location: '/moved' }).end()
      },
      'redirect',
    ],
    'a set of 1 MB': [json({ keys: [good], padding: ' '.repeat(1_000_000) }), 'too large'],
    'a set that trickles for ten minutes': [trickle, 'timeout'],
    'a page of HTML': [
      (_, response) => {
        const page = '<!doctype html><title>Maintenance</title><p>We will be back.'
        response.writeHead(200, { 'content-type': 'text/html' }).end(page)
      },
      'content type',
    ],
    'a set that says it is HTML': [
      json({ keys: [good] }, { 'content-type': 'text/html' }),
      'content type',
    ],
    'a private key in the set': [
      json({
        keys: [good, { ...jwkOf(privateHalf), kid: 'p', alg: 'ES256' }],
      }),
      undefined,
    ],
    'two keys of one kid': [
      json({ keys: [good, { ...publicJwk(b), kid: good['kid'] }] }),
      undefined,
    ],
    'a secret beside the key': [json({ keys: [good, secret] }), undefined],
  }
  const ask = async (client: SetClient): Promise<string> => {
    const taken = await within(patienceMs, client.accepts(token))
    return taken === undefined ? 'still waiting' : taken ? 'accepted' : 'refused'
  }
  for (const [row, [answer, kind]] of Object.entries(hostile)) {
    compare(
      row,
      async ({ client, server }) => {
        server.answer = answer
        return `${await ask(client)}${client.told()}`
      },
      kind === undefined ? 'accepted' : `refused (${kind})`,
    )
    compare(
      `${row}, once a good set is old`,
      async ({ client, server }) => {
        await client.accepts(token)
        server.answer = answer
        await client.age()
        return `${await ask(client)}${client.told()}`
      },
      kind === undefined ? 'accepted' : `accepted (${kind})`,
    )
  }

  afterAll(() => {
    const names = Object.keys(clients)
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
    const table = [
      line(['', ...names]),
      line(['---', ...names.map(() => '---')]),
      ...Object.entries(rows).map(([row, did]) =>
        line([row, ...names.map((name) => did[name] ?? '')]),
      ),
    ]
    console.log(table.join('\n'))
    if (process.env['RECORD'] === undefined) return
    const head = [
      '# Clients of a set server, side by side',
      '',
      `\`RECORD=1 npx vitest run test/key-sources/remote/side-by-side.test.ts\` · Node ${process.versions.node}`,
      '',
      "Each with its own defaults but for how long it keeps a set, and 2 s for a request where it can be told so; “limited” is jwks-rsa's `rateLimit` at 10 a minute. In brackets what `status()` and `onEvent` say, where a client has them.",
      '',
    ]
    const file = new URL('../../results/jwks-side-by-side.md', import.meta.url)
    writeFileSync(fileURLToPath(file), `${[...head, ...table].join('\n')}\n`)
  })
})
