import { AuthError } from 'jotgate'
import { expect, test } from 'vitest'
import { handlers } from '../../../apps/auth-service/src/api/accounts/handlers.js'
import { recordFaults } from '../../../apps/auth-service/src/api/acting-admin.js'
import type { ServiceEvent } from '../../../apps/auth-service/src/events/event.js'
import { RequestFault } from '../../../apps/auth-service/src/foundation/faults.js'

/** A call of an administrator, and what is recorded of it. */
function calling(request: object) {
  const recorded: ServiceEvent[] = []
  const record = (event: ServiceEvent) => {
    recorded.push(event)
    return Promise.resolve()
  }
  const unused = () => Promise.reject(new Error('is not asked for'))
  const services = { users: { byId: unused }, log: { info: () => undefined }, events: { record } }
  const from = { address: '203.0.113.7', headers: () => [] }
  return { recorded, call: { claims: { sub: 'root', sid: 's1' }, request, services, ...from } }
}

test('an act that ended with a fault of the service is recorded, with whom it was about', async () => {
  const { call, recorded } = calling({ id: 'user-1', roles: ['admin'], newPassword: 'secret' })
  const act = recordFaults('user.changed', () => Promise.reject(new AuthError('STORE_UNAVAILABLE')))
  await expect(act(call)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(recorded).toEqual([
    {
      kind: 'user.changed',
      result: 'refused',
      reason: 'STORE_UNAVAILABLE',
      actor: { kind: 'user', id: 'root' },
      subject: { kind: 'user', id: 'user-1' },
      sid: 's1',
      from: { address: '203.0.113.7' },
      details: { incomplete: true, roles: ['admin'] },
    },
  ])
})

test('an unforeseen fault is recorded without its words', async () => {
  const { call, recorded } = calling({ id: 'client-1' })
  const act = recordFaults('client.removed', () => Promise.reject(new Error('a secret')))
  await expect(act(call)).rejects.toThrow('a secret')
  expect(recorded).toMatchObject([{ reason: 'INTERNAL', subject: { kind: 'client' } }])
  expect(JSON.stringify(recorded)).not.toContain('a secret')
})

test.each([
  ['RequestFault', () => new RequestFault('BEYOND_OWN')],
  ['AuthError of the caller', () => new AuthError('SUBJECT_REFUSED')],
])('a %s has changed nothing, and is not recorded', async (_name, fault) => {
  const { call, recorded } = calling({})
  const act = recordFaults('user.changed', () => Promise.reject(fault()))
  await expect(act(call)).rejects.toThrow()
  expect(recorded).toEqual([])
})

test('every operation on accounts that changes something records its faults', async () => {
  const reading = new Set(['listUsers', 'getUser', 'listAttributes', 'listLocks'])
  const kinds = new Map<string, string | undefined>()
  for (const [name, act] of Object.entries(handlers)) {
    if (reading.has(name)) continue
    const { call, recorded } = calling({ id: 'user-1' })
    await expect((act as (given: unknown) => Promise<unknown>)(call)).rejects.toThrow()
    kinds.set(name, recorded[0]?.kind)
  }
  expect(Object.fromEntries(kinds)).toEqual({
    createUser: 'user.created',
    changeUser: 'user.changed',
    setPassword: 'user.password-changed',
    removeSecondFactor: 'user.second-factor-removed',
    renameUser: 'user.renamed',
    changeAccount: 'user.account-changed',
    deleteUser: 'user.deleted',
    unlock: 'user.unlocked',
  })
})
