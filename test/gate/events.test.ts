import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AuthError, type ErrorCode, errorTable } from '../../src/foundation/errors.js'
import { hmacKey } from '../../src/key/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import {
  from,
  createGate,
  requireScopes,
  type GateEvent,
  type GateOptions,
} from '../../src/gate/index.js'
import { fakeCall, type CallShape } from './calls.js'

// One hook tells of successes and of refusals, by `kind`. Whatever a caller sends, none of it is in an event.

const canary = () => `canary${randomBytes(8).toString('hex')}`
const key = hmacKey(randomBytes(32), 'HS256')
const shared = { issuer: 'https://issuer.example', audience: 'api' }
const sign = createSigner({ key, ...shared, expiresIn: '15m', replaceable: ['jti'] })
const verify = createVerifier({ keys: key, algorithms: ['HS256'], ...shared })

/** Everything told about one call. */
async function eventsOf(shape: CallShape, options: Partial<GateOptions<unknown>> = {}) {
  const events: GateEvent[] = []
  const gate = createGate({ verify, ...options, onEvent: (event) => events.push(event) })
  await gate(fakeCall(shape), () => undefined).catch((error: unknown) => {
    if (!(error instanceof AuthError)) throw error
  })
  return events
}

/** A call with a secret in each place where a caller can put one. */
async function tellingCall(header: string, marks: readonly string[]): Promise<CallShape> {
  const [inClaim = '', inPath = '', inQuery = '', inHeader = '', inCookie = ''] = marks
  const token = await sign({ sub: inClaim, scope: inClaim, jti: inClaim, [inClaim]: inClaim })
  return {
    method: 'POST',
    pattern: '/users/:id',
    url: `/users/${inPath}?q=${inQuery}`,
    fields: [
      ['authorization', header.replace('TOKEN', token)],
      ['x-other', inHeader],
      ['cookie', `session=${inCookie}`],
    ],
  }
}

describe('an event', () => {
  test.each([
    ['authorized', 'Bearer TOKEN', {}, undefined],
    ['refused', 'Bearer TOKEN.', {}, 'TOKEN_MALFORMED'],
    ['refused', 'Bearer TOKENx', {}, 'SIGNATURE_INVALID'],
    ['refused', 'Bearer TOKEN, Bearer TOKEN', {}, 'TOKEN_AMBIGUOUS'],
    ['refused', 'Basic TOKEN', {}, 'TOKEN_SCHEME'],
    ['refused', 'Bearer TOKEN', { isRevoked: () => true }, 'TOKEN_REVOKED'],
    ['refused', 'Bearer TOKEN', { authorize: requireScopes('a') }, 'FORBIDDEN'],
    ['anonymous', 'Bearer TOKEN', { select: () => false }, undefined],
    [
      'refused',
      'Bearer TOKEN',
      { extract: from.one(from.bearer(), from.header('x-other')) },
      'TOKEN_AMBIGUOUS',
    ],
  ] as const)('an event for %s by %s %o contains nothing that the caller sent', async (...row) => {
    const [kind, header, options, code] = row
    const marks = Array.from({ length: 5 }, canary)
    const [event, ...more] = await eventsOf(await tellingCall(header, marks), options)
    expect(more).toEqual([])
    expect(event).toMatchObject({
      kind,
      method: 'POST',
      pattern: '/users/:id',
      ...(code && { code }),
    })
    const text = JSON.stringify(event)
    for (const mark of marks) expect(text).not.toContain(mark)
    expect(text).not.toContain(
      Buffer.from(JSON.stringify({ alg: 'HS256' }))
        .toString('base64url')
        .slice(0, 12),
    )
    expect(Object.isFrozen(event)).toBe(true)
  })

  test('an event contains only documented members, whatever the refusal', async () => {
    const known = [
      'kind',
      'method',
      'operation',
      'pattern',
      'durationMs',
      'code',
      'reason',
      'claim',
    ]
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const mark = canary()
      const refuse = () => {
        throw new AuthError(code, { claim: 'exp', scope: [mark] }, { cause: new Error(mark) })
      }
      const [event] = await eventsOf({ url: `/${mark}` }, { extract: () => mark, verify: refuse })
      const { fault, ...rest } = { fault: undefined, ...event }
      expect(Object.keys(rest).filter((name) => !known.includes(name))).toEqual([])
      expect(JSON.stringify(rest)).not.toContain(mark)
      // What a store of the application's own threw is the application's; nobody else can say what went wrong.
      expect(fault === undefined).toBe(errorTable[code].status < 500)
    }
  })

  test('an event names the claim that a schema refused, but not the text of its error', async () => {
    const mark = canary()
    const strict = createVerifier({
      keys: key,
      algorithms: ['HS256'],
      ...shared,
      claims: ({ sub }) => {
        throw new TypeError(`unexpected ${String(sub)}`)
      },
    })
    const fields = [['authorization', `Bearer ${await sign({ sub: mark })}`] as const]
    const [event] = await eventsOf({ fields }, { verify: strict })
    expect(event).toMatchObject({ kind: 'refused', code: 'CLAIMS_REFUSED' })
    expect(JSON.stringify(event)).not.toContain(mark)
  })
})
