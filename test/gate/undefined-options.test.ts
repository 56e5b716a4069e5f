import { expect, test } from 'vitest'
import { createGate, select } from '../../src/gate/index.js'
import { createSessions } from '../../src/session/index.js'
import { createVerifier } from '../../src/token/index.js'

const misspelt: Readonly<Record<string, undefined>> = {}
const verify = () => Promise.reject(new Error('not asked'))

test.each([
  ['createGate', 'isRevoked', (option: object) => createGate({ verify, ...option })],
  ['createGate', 'authorize', (option: object) => createGate({ verify, ...option })],
  ['createGate', 'select', (option: object) => createGate({ verify, ...option })],
  ['createGate', 'extract', (option: object) => createGate({ verify, ...option })],
  ['select', 'path', (option: object) => select({ prefix: '/admin', ...option })],
  ['select', 'match', (option: object) => select({ prefix: '/admin', ...option })],
  [
    'createVerifier',
    'claims',
    (option: object) => createVerifier({ ...verifier, ...option } as never),
  ],
  [
    'createVerifier',
    'typ',
    (option: object) => createVerifier({ ...verifier, ...option } as never),
  ],
  [
    'createVerifier',
    'maxTokenAge',
    (option: object) => createVerifier({ ...verifier, ...option } as never),
  ],
  [
    'createVerifier',
    'requiredClaims',
    (option: object) => createVerifier({ ...verifier, ...option } as never),
  ],
  [
    'createSessions',
    'revoke',
    (option: object) => createSessions({ ...sessions, ...option } as never),
  ],
  [
    'createSessions',
    'claims',
    (option: object) => createSessions({ ...sessions, ...option } as never),
  ],
])('%s refuses %s with a misspelt value, which would mean "off"', (factory, option, build) => {
  expect(() => build({ [option]: misspelt['guards.admn'] })).toThrow(
    `${factory}.${option}: is undefined`,
  )
})

const verifier = { keys: () => undefined, algorithms: ['ES256'], issuer: 'i', audience: 'a' }
const sessions = {
  sign: () => Promise.resolve(''),
  store: { rotate: () => undefined },
  serviceKey: { tag: () => undefined },
  loadSubject: () => Promise.resolve(undefined),
}
