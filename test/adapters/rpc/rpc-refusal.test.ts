import { expect, test } from 'vitest'
import { rpcRefusal } from '../../../src/adapters/rpc/rpc-refusal.js'
import { AuthError, errorTable, type ErrorCode } from '../../../src/foundation/errors.js'
import { createGate, from } from '../../../src/gate/index.js'
import { verify } from '../../gate/tokens.js'

const gate = createGate({ verify })
const codes = Object.keys(errorTable) as ErrorCode[] // its own keys

test.each(codes)(
  'a refusal for %s has the status of the error table and a fixed text, and nothing else',
  (code) => {
    const { code: number, details, trailers } = rpcRefusal(gate, new AuthError(code))
    expect(number).toBe(errorTable[code].grpcStatus)
    expect(details).not.toMatch(/[A-Z]{2}|_/)
    const { status }: { status: number } = errorTable[code]
    const told = status === 503 || status === 429 ? ['retry-after'] : []
    expect(Object.keys(trailers)).toEqual(status > 403 ? told : ['www-authenticate'])
  },
)

test('a missing token is answered with where this gate expects it', () => {
  const { details } = rpcRefusal(
    createGate({ verify, extract: from.header('x-token') }),
    new AuthError('TOKEN_MISSING'),
  )
  expect(details).toBe('This needs an access token, sent in the header "x-token".')
})

test('an error that is not an AuthError becomes INTERNAL without details', () => {
  const refusal = rpcRefusal(gate, new Error('password is hunter2'))
  expect(refusal.code).toBe(13)
  expect(JSON.stringify(refusal)).not.toContain('hunter2')
})

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no answer')
    },
  ],
  ['returns nothing', () => undefined],
  ['returns headers that are none', () => ({ headers: { 'WWW-Authenticate': 7 } })],
])('a gate whose answer %s still refuses', (_name, respond) => {
  const broken = { respond } as unknown as typeof gate // what a caller in plain JavaScript can write
  expect(rpcRefusal(broken, new AuthError('TOKEN_EXPIRED'))).toEqual({
    code: 16,
    details: 'The access token has expired.',
    trailers: {},
  })
})
