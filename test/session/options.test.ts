import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { makeSessions } from './setup.js'

function optionOf(options: Record<string, unknown>): string | undefined {
  try {
    makeSessions(options)
    return undefined
  } catch (error) {
    return error instanceof ConfigError ? error.option : String(error)
  }
}

describe('createSessions refuses', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown option', { graceperiod: 5 }, 'graceperiod'],
    ['a missing signer', { sign: undefined }, 'sign'],
    ['missing service keys', { serviceKey: undefined }, 'serviceKey'],
    ['bare bytes as service keys', { serviceKey: randomBytes(32) }, 'serviceKey'],
    ['all the stores as the store', { store: memoryStores() }, 'store'],
    ['a missing way to read the subject', { loadSubject: undefined }, 'loadSubject'],
    ['a revoke that is no function', { revoke: true }, 'revoke'],
    ['no time for the store', { storeDeadlineMs: 0 }, 'storeDeadlineMs'],
    ['half a millisecond for the store', { storeDeadlineMs: 0.5 }, 'storeDeadlineMs'],
    ['a schema that is none', { claims: 'object' }, 'claims'],
    ['an unknown hook', { hooks: { onStolen: () => undefined } }, 'hooks.onStolen'],
    ['a grace above a minute', { grace: 61, accessTtl: '1h' }, 'grace'],
    ['a negative grace', { grace: -1 }, 'grace'],
    ['no life for access tokens', { accessTtl: 0, refreshWindow: 0, grace: 0 }, 'accessTtl'],
    ['an idle time below an access token life', { accessTtl: '8d' }, 'idleTtl'],
    ['an absolute time below the idle time', { absoluteTtl: '1d', idleTtl: '2d' }, 'absoluteTtl'],
    ['a window below 6 × grace', { refreshWindow: 59 }, 'refreshWindow'],
    ['a window wider than the life', { accessTtl: 59 }, 'refreshWindow'],
    ['too much jitter', { expiryJitter: 0.2 }, 'expiryJitter'],
    ['a recovery time that is no duration', { recoverWithin: '1y' }, 'recoverWithin'],
    [
      'a client without recovery time',
      { recoverWithin: { byClient: { a: 'x' }, otherwise: 0 } },
      'recoverWithin.byClient',
    ],
  ])('%s', (_, options, option) => {
    expect(optionOf(options)).toBe(`createSessions.${option}`)
  })
})

describe('createSessions takes', () => {
  test.each([
    ['a session shorter than a week without being told an idle time', { absoluteTtl: '1d' }],
    ['an access token life of 6 × grace', { accessTtl: 60 }],
    ['a short life with a short grace', { accessTtl: 6, grace: 1 }],
    ['no grace at all', { grace: 0, refreshWindow: 0 }],
  ])('%s', (_, options) => {
    expect(optionOf(options)).toBeUndefined()
  })
})
