import { describe, expect, test } from 'vitest'
import { createAdmission, type Admission } from '../../../apps/auth-service/src/limits/admission.js'
import { accountOf, attempt, loginLimits, slots } from './attempts.js'

const createLimits = (more: Partial<typeof loginLimits> = {}) =>
  createAdmission({
    configuration: { loginLimits: { ...loginLimits, ...more } },
    redis: undefined,
    slots,
  })

describe('a login whose code is missing', () => {
  const missing = (limits: Admission, disabled = false) =>
    limits.admit({
      address: '10.0.0.1',
      name: 'bob',
      account: () => Promise.resolve(accountOf('bob', disabled)),
      check: () => Promise.resolve('incomplete' as const),
    })

  test('a login whose code is missing leaves the wrong ones before it counted', async () => {
    const limits = createLimits()
    for (let i = 0; i < 4; i++) {
      expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('tried')
      expect(await missing(limits)).toMatchObject({ kind: i < 3 ? 'incomplete' : 'locked' })
    }
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('locked')
  })

  test('a login whose code is missing uses no budget, and makes no address known', async () => {
    const limits = createLimits({ account: 100, address: 1 })
    for (let i = 0; i < 100; i++)
      expect(await missing(limits)).toMatchObject({ kind: 'incomplete' })
    expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('tried')
    expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('TOO_MANY')
  })

  test('a login whose code is missing is refused where the account is disabled', async () => {
    expect(await missing(createLimits(), true)).toMatchObject({ kind: 'disabled' })
  })
})
