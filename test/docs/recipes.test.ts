import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { createTRPCUntypedClient, httpBatchLink } from '@trpc/client'
import { type AnyTRPCRouter } from '@trpc/server'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { hmacKey, privateKey } from '../../src/key/index.js'
import { createSigner, signCompact, type VerifiedToken } from '../../src/token/index.js'
import { readPage } from '../../tools/docs/page.mjs'
import { freePort, startServer, until, type Server } from '../setup/server.js'
import { ask } from '../moving/requests.js'
import { pair, sign } from '../setup/page-signer.js'
import { compileSnippets, snippetFolder } from '../setup/snippets.js'

const folder = snippetFolder('recipes')
const now = () => Math.floor(Date.now() / 1000)
const running: Server[] = []

beforeAll(() => {
  const path = 'docs/recipes.md'
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  const files = readPage(path, text).blocks.flatMap(({ info, code }) => {
    const [name] = info.flatMap((word) => /^file=(.*)$/.exec(word)?.[1] ?? [])
    return name === undefined ? [] : [[name, code] as const]
  })
  expect(files.map(([name]) => name)).toEqual([
    ...['gate.ts', 'trpc.ts', 'schema.ts', 'graphql.ts'],
    'numeric-subjects.ts',
    'secret-to-key-pair.ts',
  ])
  expect(compileSnippets(folder, Object.fromEntries(files))).toEqual([])
})
afterAll(async () => {
  await Promise.all(running.map(({ stop }) => stop()))
  rmSync(folder, { recursive: true, force: true })
})

/** Starts a program of the page, beside something that revokes what it is told to. */
async function start(program: string) {
  const launcher = `${folder}${program}-launcher.js`
  writeFileSync(
    launcher,
    `import { revocation } from './gate.js'
import './${program}.js'
process.on('message', (entry) => void revocation.revoke(entry))
`,
  )
  const port = await freePort()
  const server = startServer(process.execPath, [launcher], {
    env: { PATH: process.env['PATH'], PORT: String(port), PUBLIC_KEY: pair.publicKey },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  running.push(server)
  const origin = `http://127.0.0.1:${String(port)}`
  const isUp = await until(30_000, () =>
    fetch(origin).then(
      () => true,
      () => false,
    ),
  )
  expect(isUp).toBe(true)
  return { origin, revoke: (sub: string) => server.child.send({ subject: sub, before: now() }) }
}

/** A verifier of the page, in this process; `env` is there while it is made. */
async function verifierOf(program: string, env: Readonly<Record<string, string>>) {
  Object.assign(process.env, env)
  const url = pathToFileURL(`${folder}${program}.js`).href
  const made = (await import(url)) as { verify: (token: string) => Promise<VerifiedToken<unknown>> }
  for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name)
  return made.verify
}

const codeOf = (pending: Promise<unknown>) =>
  pending.then(
    () => 'accepted',
    (error: unknown) => (error as { code?: string }).code,
  )

describe('subjects that are numbers', () => {
  const claims = { iss: 'https://auth.example', aud: 'api', exp: now() + 600 }
  const signRaw = (sub: unknown) =>
    signCompact(
      Buffer.from(JSON.stringify({ ...claims, sub })),
      privateKey(pair.privateKey, 'ES256'),
    )

  test('the number reaches the handler as the schema names it, and a text is refused', async () => {
    const verify = await verifierOf('numeric-subjects', { PUBLIC_KEY: pair.publicKey })
    expect((await verify(await signRaw(7))).claims).toEqual({ userId: 7 })
    expect(await codeOf(verify(await signRaw('7')))).toBe('CLAIMS_REFUSED')
    expect(await codeOf(verify(await signRaw(1.5)))).toBe('CLAIMS_REFUSED')
  })
})

describe('from a secret to a key pair', () => {
  test('tokens of the secret and of the key pair are accepted, and no other HS256 token', async () => {
    const secret = randomBytes(32)
    const env = { PUBLIC_KEY: pair.publicKey, SECRET: secret.toString('base64') }
    const verify = await verifierOf('secret-to-key-pair', env)
    const signOld = (bytes: Uint8Array) =>
      createSigner({
        ...{ key: hmacKey(bytes, 'HS256'), issuer: 'https://auth.example', audience: 'api' },
        expiresIn: '15m',
      })({ sub: 'user-1' })
    expect(await codeOf(verify(await signOld(secret)))).toBe('accepted')
    expect(await codeOf(verify(await sign({ sub: 'user-1' })))).toBe('accepted')
    expect(await codeOf(verify(await signOld(randomBytes(32))))).toBe('SIGNATURE_INVALID')
  })
})

describe('tRPC', () => {
  let site: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    site = await start('trpc')
  })

  /** One call as tRPC sends it over HTTP. */
  const call = async (path: string, token?: string, method = 'GET') => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const headers = { ...authorization, 'content-type': 'application/json' }
    const answer = await fetch(`${site.origin}/${path}`, { method, headers })
    const said = (await answer.json()) as Answer
    const { status, headers: fields } = answer
    return { status, challenge: fields.get('www-authenticate'), ...said }
  }

  test('a guarded procedure has the claims, an open one asks for nobody', async () => {
    const client = createTRPCUntypedClient<AnyTRPCRouter>({
      links: [
        httpBatchLink({
          url: site.origin,
          headers: async () => ({ authorization: `Bearer ${await sign({ sub: 'user-1' })}` }),
        }),
      ],
    })
    const both = [client.query('health'), client.query('me')]
    expect(await Promise.all(both)).toEqual(['ok', 'user-1'])
    expect(await call('health')).toMatchObject({ status: 200, result: { data: 'ok' } })
    expect(await call('health', 'no.token.atall')).toMatchObject({ status: 200, challenge: null })
  })

  test.each([
    ['no token', () => undefined, 'token_missing'],
    ['no good token', () => 'no.token.atall', 'token_invalid'],
    [
      'an expired token',
      () => sign({ sub: 'user-1', iat: now() - 7200, exp: now() - 3600 }),
      'token_expired',
    ],
  ])('%s is UNAUTHORIZED, with the reason and the challenge', async (_, make, reason) => {
    const answer = await call('me', await make())
    expect(answer).toMatchObject({
      status: 401,
      error: { message: reason, data: { code: 'UNAUTHORIZED', httpStatus: 401 } },
    })
    expect(answer.challenge).toMatch(/^Bearer realm="api"/)
    const { error } = await call('cancel', await make(), 'POST')
    expect(error?.data.code).toBe('UNAUTHORIZED')
  })

  test('a token without the scope is FORBIDDEN, and one with it is not', async () => {
    const refused = await call(
      'cancel',
      await sign({ sub: 'user-1', scope: 'orders:read' }),
      'POST',
    )
    expect(refused).toMatchObject({
      status: 403,
      error: { message: 'insufficient_scope', data: { code: 'FORBIDDEN' } },
    })
    expect(refused.challenge).toContain('error="insufficient_scope"')
    const taken = await call('cancel', await sign({ sub: 'user-1', scope: 'orders:write' }), 'POST')
    expect(taken).toMatchObject({ status: 200, result: { data: 'cancelled' } })
  })

  test('two tokens are refused and nobody chooses one', async () => {
    const token = await sign({ sub: 'user-1' })
    const { status, text } = await ask(`${site.origin}/me`, [`Bearer ${token}`, `Bearer ${token}`])
    expect([status, text]).toEqual([400, expect.stringContaining('"message":"invalid_request"')])
  })

  test.each(['expires', 'is revoked'])(
    'a subscription ends when its token %s',
    async (how) => {
      const sub = `stream-${how}`
      const life = how === 'expires' ? { exp: now() + 2 } : {}
      const headers = { authorization: `Bearer ${await sign({ sub, ...life })}` }
      const answer = await fetch(`${site.origin}/ticks`, {
        headers: { ...headers, accept: 'text/event-stream' },
      })
      let text = ''
      let revoked = how === 'expires'
      for await (const part of answer.body ?? []) {
        text += Buffer.from(part).toString()
        if (!revoked && text.includes(sub)) revoked = site.revoke(sub)
      }
      expect(text).toContain(`data: "${sub}"`)
      expect(text).toContain(how === 'expires' ? 'token_expired' : 'token_invalid')
      expect((await call('me', headers.authorization.slice(7))).status).toBe(
        how === 'expires' ? 200 : 401,
      )
    },
    30_000,
  )
})

interface Answer {
  readonly result?: { readonly data: unknown }
  readonly error?: { readonly message: string; readonly data: { readonly code: string } }
}

describe('GraphQL subscriptions', () => {
  let site: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    site = await start('graphql')
  })

  /** Subscribes until the connection closes; how it closed, and what came before. */
  const listen = (
    params: Readonly<Record<string, unknown>>,
    onTick: (tick: string) => void = () => undefined,
  ) =>
    new Promise<{ code: number; reason: string; ticks: readonly string[] }>((resolve) => {
      const ticks: string[] = []
      const client = createClient({
        url: `${site.origin.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: params,
        retryAttempts: 0,
        on: {
          closed: (event) => {
            const { code, reason } = event as CloseEvent
            resolve({ code, reason, ticks })
          },
        },
      })
      const next = ({ data }: { data?: Record<string, unknown> | null }) => {
        const tick = String(data?.['ticks'])
        ticks.push(tick)
        onTick(tick)
      }
      client.subscribe(
        { query: 'subscription { ticks }' },
        { next, error: () => undefined, complete: () => undefined },
      )
    })

  test.each([
    ['no token', {}, 'token_missing'],
    ['something else than text', { authorization: ['Bearer a'] }, 'token_missing'],
    ['no good token', { authorization: 'Bearer no.token.atall' }, 'token_invalid'],
  ])('%s opens nothing: 4403 with the reason', async (_, params, reason) => {
    expect(await listen(params)).toEqual({ code: 4403, reason, ticks: [] })
  })

  test.each(['expires', 'is revoked'])(
    'a subscription ends when its token %s',
    async (how) => {
      const sub = `stream-${how}`
      const life = how === 'expires' ? { exp: now() + 2 } : {}
      const authorization = `Bearer ${await sign({ sub, ...life })}`
      let revoked = how === 'expires'
      const { code, reason, ticks } = await listen({ authorization }, () => {
        if (!revoked) revoked = site.revoke(sub)
      })
      expect({ code, reason }).toEqual({
        code: 4403,
        reason: how === 'expires' ? 'token_expired' : 'token_invalid',
      })
      expect(new Set(ticks)).toEqual(new Set([sub]))
    },
    30_000,
  )
})

interface CloseEvent {
  readonly code: number
  readonly reason: string
}
