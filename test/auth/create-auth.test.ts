import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth, type AuthOptions } from '../../src/auth/index.js'
import { AuthError } from '../../src/foundation/errors.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { codeOf } from '../session/setup.js'

const client = 'web'
const opened: Auth<unknown>[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const auth of opened.splice(0)) await auth.close()
})

function options(changes: Partial<AuthOptions> = {}): AuthOptions {
  return {
    issuer: 'https://shop.example',
    stores: memoryStores(),
    secret: randomBytes(32),
    loadSubject: (subject) => Promise.resolve({ claims: { roles: [`of ${subject}`] } }),
    ...changes,
  }
}

async function open(changes?: Partial<AuthOptions>): Promise<Auth> {
  const auth = await createAuth(options(changes))
  opened.push(auth)
  return auth
}

/** A call with a token, as an adapter makes it. */
function callWith(token: string) {
  return {
    method: 'GET',
    path: '/',
    kind: 'http',
    header: (name: string) => (name === 'authorization' ? [`Bearer ${token}`] : []),
    setHeader: () => undefined,
  } as const
}

describe('createAuth', () => {
  test('a login, a guarded call, a refresh and a logout work with four options', async () => {
    const { sessions, gate } = await open()
    const tokens = await sessions.issue({ subject: 'user-1', client })
    const context = await gate.check(callWith(tokens.accessToken))
    expect(context?.claims).toMatchObject({
      iss: 'https://shop.example',
      aud: 'https://shop.example',
      sub: 'user-1',
      roles: ['of user-1'],
    })
    const next = await sessions.refresh(tokens.refreshToken, { client })
    await sessions.end(next.refreshToken)
    for (const token of [tokens.accessToken, next.accessToken])
      expect(await codeOf(gate.check(callWith(token)))).toBe('TOKEN_REVOKED')
    expect(await codeOf(sessions.refresh(next.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test('another process over the same stores with the same secret takes tokens and sessions, one with another secret takes none', async () => {
    const [stores, secret] = [memoryStores(), randomBytes(32)]
    const first = await open({ stores, secret })
    const tokens = await first.sessions.issue({ subject: 'user-1', client })
    const second = await open({ stores, secret })
    expect((await second.verify(tokens.accessToken)).claims.sub).toBe('user-1')
    await second.sessions.refresh(tokens.refreshToken, { client })
    const third = createAuth(options({ stores }))
    await expect(third).rejects.toMatchObject({
      option: 'createAuth.secret',
      message: expect.stringContaining('previousSecrets') as string,
    })
  })

  test('sessions go on under a new secret while the one before is listed', async () => {
    const [stores, secret] = [memoryStores(), randomBytes(32)]
    const tokens = await (
      await open({ stores, secret })
    ).sessions.issue({
      subject: 'user-1',
      client,
    })
    const next = await open({ stores, secret: randomBytes(32), previousSecrets: [secret] })
    expect((await next.verify(tokens.accessToken)).claims.sub).toBe('user-1')
    expect(await codeOf(next.sessions.refresh(tokens.refreshToken, { client }))).toBeUndefined()
  })

  test('a schema makes the type of the claims, and a subject that does not fit it gets no token', async () => {
    const claims = z.object({ sub: z.string(), roles: z.array(z.literal('admin')) })
    const auth = await createAuth({ ...options(), claims })
    opened.push(auth)
    expectTypeOf<ReturnType<typeof auth.gate.current>['claims']['roles']>().toEqualTypeOf<
      'admin'[]
    >()
    await expect(auth.sessions.issue({ subject: 'user-1', client })).rejects.toThrow(/"roles"/)
  })

  test('other services verify by the published set', async () => {
    const { keys } = await open({ algorithm: 'EdDSA' })
    const { body } = keys.publishedSet()
    expect(JSON.parse(body)).toMatchObject({ keys: [{ alg: 'EdDSA' }, {}] })
  })

  test('further options reach the factories, and a misspelt one is named with its factory', async () => {
    const { sessions } = await open({ sessions: { maxSessions: 1 } })
    await sessions.issue({ subject: 'user-1', client })
    await expect(open({ accessTtl: '1s' })).rejects.toThrow(/createSessions/)
    const wrong = [
      [{ isuer: 'x' }, /createAuth.isuer/],
      [{ sessions: { maxSesions: 1 } }, /createSessions.maxSesions/],
      [{ gate: { optinal: true } }, /createGate.optinal/],
      [{ keys: { rotateevery: '1d' } }, /createKeyRing.rotateevery/],
      [{ revocation: { maxEntry: 1 } }, /createRevocation.maxEntry/],
    ] as const
    for (const [given, message] of wrong)
      await expect(createAuth({ ...options(), ...(given as object) })).rejects.toThrow(message)
  })

  test.each([
    ['text', 'a long and quiet river of 32 letters', /must be bytes.*openssl rand/],
    ['too few bytes', randomBytes(31), /openssl rand/],
    ['bytes of text', Buffer.from('correct horse battery staple of mine'), /openssl rand/],
  ])(
    'a secret of %s is refused, and the error says how to make one',
    async (_, secret, message) => {
      const given = { ...options(), secret: secret as Uint8Array } // text is what a caller in JavaScript may give
      await expect(createAuth(given)).rejects.toThrow(message)
    },
  )

  test('a start over a store that does not answer rejects, and leaves nothing running', async () => {
    const stores = memoryStores()
    const keys = { ...stores.keys, read: () => Promise.reject(new AuthError('STORE_UNAVAILABLE')) }
    expect(await codeOf(createAuth(options({ stores: { ...stores, keys } })))).toBe(
      'STORE_UNAVAILABLE',
    )
  })

  test('what a failing store left half ended is finished within seconds, and a failure is told', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const stores = memoryStores()
    const errors: unknown[] = []
    let fails = true
    const revocations = {
      ...stores.revocations,
      add: (entries: Parameters<typeof stores.revocations.add>[0]) =>
        fails
          ? Promise.reject(new AuthError('STORE_UNAVAILABLE'))
          : stores.revocations.add(entries),
    }
    const starting = createAuth(
      options({ stores: { ...stores, revocations }, onError: (error) => errors.push(error) }),
    )
    await vi.advanceTimersByTimeAsync(2000)
    const auth = await starting
    opened.push(auth)
    const tokens = await auth.sessions.issue({ subject: 'user-1', client })
    const ending = codeOf(auth.sessions.end(tokens.refreshToken))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await ending).toBe('STORE_UNAVAILABLE')
    await vi.advanceTimersByTimeAsync(5000)
    expect(errors.length).toBeGreaterThan(0)
    expect(await stores.sessions.due({ limit: 9 })).toHaveLength(1)
    fails = false
    await vi.advanceTimersByTimeAsync(6000)
    expect(await stores.sessions.due({ limit: 9 })).toHaveLength(0)
  })
})
