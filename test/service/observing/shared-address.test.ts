import { describe, expect, test } from 'vitest'
import { createSharedAddress } from '../../../apps/auth-service/src/observing/shared-address.js'

describe('accounts that log in from one address', () => {
  const made = () => {
    const clock = { time: 1_800_000_000 }
    const shared = createSharedAddress(() => clock.time)
    const login = (count: number, network: string, first = 0) => {
      for (let i = first; i < first + count; i++) shared.loggedIn(network, `user-${String(i)}`)
    }
    return { clock, shared, login }
  }

  test('twenty accounts at one address are noticed, and nineteen are not', () => {
    const { shared, login } = made()
    login(19, '172.18.0.1')
    expect(shared.accounts()).toBeUndefined()
    login(1, '172.18.0.1', 19)
    expect(shared.accounts()).toBe(20)
  })

  test('an office among other addresses is not noticed', () => {
    const { shared, login } = made()
    login(60, '203.0.113.1')
    for (let i = 0; i < 7; i++) login(1, `198.51.100.${String(i)}`, 100 + i)
    expect(shared.accounts()).toBeUndefined()
  })

  test('one account that logs in again and again is one account', () => {
    const { shared, login } = made()
    for (let i = 0; i < 100; i++) login(1, '172.18.0.1')
    expect(shared.accounts()).toBeUndefined()
  })

  test('logins are forgotten after an hour', () => {
    const { clock, shared, login } = made()
    login(30, '172.18.0.1')
    clock.time += 3599
    expect(shared.accounts()).toBe(30)
    clock.time += 1
    expect(shared.accounts()).toBeUndefined()
  })

  test('of very many accounts those that logged in last are looked at', () => {
    const { shared, login } = made()
    for (let i = 0; i < 10_000; i++) shared.loggedIn(`network-${String(i)}`, `other-${String(i)}`)
    login(10_000, '172.18.0.1')
    expect(shared.accounts()).toBe(10_000)
  })
})
