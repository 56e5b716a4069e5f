import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startRedis } from '../../setup/redis.js'
import { createAdmission, type Admission } from '../../../apps/auth-service/src/limits/admission.js'
import { networkOf } from '../../../apps/auth-service/src/foundation/network.js'
import { accountOf, attempt, loginLimits, slots } from './attempts.js'

const createLimits = (more: Partial<typeof loginLimits> = {}) =>
  createAdmission({
    configuration: { loginLimits: { ...loginLimits, ...more } },
    redis: undefined,
    slots,
  })
const inMemory = () => createLimits()

/** Twenty logins of one address in progress, each of another account, until the returned function is called. */
function holdLogins(limits: Admission, isRight: (place: number) => boolean): () => Promise<void> {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const going = Array.from({ length: 20 }, (_, i) =>
    limits.admit({
      address: '10.0.0.1',
      name: `name-${String(i)}`,
      account: () => Promise.resolve(accountOf(`name-${String(i)}`)),
      check: async () => {
        await opened
        return isRight(i) ? 'right' : 'wrong'
      },
    }),
  )
  return async () => {
    open()
    await Promise.all(going)
  }
}

describe('in one process', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const later = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

  test('an account is locked for 30 s, then a minute, and so on up to an hour', async () => {
    const limits = createLimits({ address: 100_000, service: 100_000 })
    const wrong = () => attempt(limits, '10.0.0.1', 'bob')
    for (let i = 0; i < 4; i++) expect(await wrong()).toBe('tried')
    const waits: number[] = []
    // Each attempt that ends a wait fails, and begins the next one.
    for (let round = 0; round < 9; round++) {
      let seconds = 0
      for (; (await wrong()) === 'locked'; seconds += 30) await later(30)
      waits.push(seconds)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
  })

  test('attempts during a lockout do not make it longer', async () => {
    const limits = inMemory()
    for (let i = 0; i < 4; i++) await attempt(limits, '10.0.0.1', 'bob')
    for (let i = 0; i < 10; i++) expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('locked')
    await later(30)
    expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('tried')
  })

  test('of a hundred attempts at once as many are tried as one after another', async () => {
    const limits = createLimits({ address: 1000, service: 1000 })
    const all = await Promise.all(
      Array.from({ length: 100 }, () => attempt(limits, '10.0.0.1', 'bob')),
    )
    expect(all.filter((outcome) => outcome === 'tried')).toHaveLength(4)
  })

  test('the right password clears the count of an account', async () => {
    const limits = inMemory()
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 2; i++) expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('tried')
      expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('tried')
    }
  })

  test('the owner is not locked out at an address of an earlier login', async () => {
    const limits = inMemory()
    await attempt(limits, '10.0.0.1', 'bob', true)
    for (let i = 0; i < 15; i++) await attempt(limits, '10.9.9.9', 'bob')
    expect(await attempt(limits, '10.9.9.9', 'bob', true)).toBe('locked')
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('tried')
    for (let i = 0; i < 100; i++) await attempt(limits, `10.8.8.${String(i)}`, `name-${String(i)}`)
    expect(await attempt(limits, '10.7.7.7', 'carol', true)).toBe('TOO_MANY')
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('tried')
  })

  test('an address stays known for two weeks after the last login from there', async () => {
    const limits = inMemory()
    const day = 86_400
    await attempt(limits, '10.0.0.1', 'bob', true)
    await later(10 * day)
    await attempt(limits, '10.0.0.1', 'bob', true)
    await later(10 * day)
    for (let i = 0; i < 15; i++) await attempt(limits, '10.9.9.9', 'bob')
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('tried')
    await later(15 * day)
    for (let i = 0; i < 15; i++) await attempt(limits, '10.9.9.9', 'bob')
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('locked')
  })

  test('an address with too many failures is refused for a quarter of an hour, and no other', async () => {
    const limits = inMemory()
    for (let i = 0; i < 20; i++)
      expect(await attempt(limits, '10.0.0.1', `name-${String(i)}`)).toBe('tried')
    expect(await attempt(limits, '10.0.0.1', 'another', true)).toBe('TOO_MANY')
    expect(await attempt(limits, '10.0.0.2', 'another', true)).toBe('tried')
    await later(15 * 60)
    expect(await attempt(limits, '10.0.0.1', 'another', true)).toBe('tried')
  })

  test('logins that succeed use no budget', async () => {
    const limits = inMemory()
    for (let i = 0; i < 200; i++)
      expect(await attempt(limits, '10.0.0.1', `name-${String(i % 7)}`, true)).toBe('tried')
  })

  test('an address is busy while too many of its logins are in progress, and refused only for those that failed', async () => {
    const limits = inMemory()
    const finish = holdLogins(limits, () => true)
    for (let i = 0; i < 100; i++)
      expect(await attempt(limits, '10.0.0.1', 'late', true)).toBe('BUSY')
    expect(await attempt(limits, '10.0.0.2', 'late', true)).toBe('tried')
    await finish()
    for (let i = 0; i < 20; i++)
      expect(await attempt(limits, '10.0.0.1', `another-${String(i)}`)).toBe('tried')
    for (let i = 0; i < 3; i++)
      expect(await attempt(limits, '10.0.0.1', 'late', true)).toBe('TOO_MANY')
  })

  test('wrong secrets of clients use up no logins, and failed logins no secrets', async () => {
    const limits = inMemory()
    const failed = () => limits.clients.failed('10.0.0.1')
    for (let i = 0; i < 20; i++) await failed()
    await expect(failed()).rejects.toMatchObject({ code: 'TOO_MANY' })
    for (let i = 0; i < 20; i++)
      expect(await attempt(limits, '10.0.0.1', `name-${String(i)}`)).toBe('tried')
    const others = inMemory()
    for (let i = 0; i < 40; i++) await attempt(others, '10.0.0.1', `name-${String(i)}`)
    await others.clients.failed('10.0.0.1')
  })

  test('right passwords are told of with network and account, and no others', async () => {
    const told: unknown[] = []
    const limits = createAdmission({
      ...{ configuration: { loginLimits }, redis: undefined, slots },
      loggedIn: (...what) => told.push(what),
    })
    await attempt(limits, '2001:db8::7', 'bob')
    await attempt(limits, '2001:db8::7', undefined, true)
    await attempt(limits, '2001:db8::7', 'bob', true)
    await attempt(limits, '2001:db8::8', 'bob', true)
    expect(told).toEqual([
      ['2001:db8:0:0', 'bob'],
      ['2001:db8:0:0', 'bob'],
    ])
  })

  test('an account at a known address is not touched by what others do there', async () => {
    const limits = inMemory()
    await attempt(limits, '10.0.0.1', 'bob', true)
    for (let i = 0; i < 200; i++) await attempt(limits, '10.0.0.1', `name-${String(i)}`)
    expect(await attempt(limits, '10.0.0.1', 'carol', true)).toBe('TOO_MANY')
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('tried')
    // Its own wrong passwords are counted there, and when they are used up right and wrong are answered alike.
    for (let i = 0; i < 4; i++) expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('tried')
    expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('locked')
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('locked')
    await later(30)
    expect(await attempt(limits, '10.0.0.1', 'bob', true)).toBe('tried')
  })

  test('an address is busy, not refused, even when its last login in progress ends at that moment', async () => {
    const seen = new Set<string>()
    for (let steps = 0; steps < 40; steps++) {
      const limits = createLimits({ address: 1 })
      const going = attempt(limits, '10.0.0.1', 'bob', true)
      for (let i = 0; i < steps; i++) await Promise.resolve()
      seen.add(await attempt(limits, '10.0.0.1', 'late', true))
      expect(await going).toBe('tried')
    }
    expect([...seen].sort()).toEqual(['BUSY', 'tried'])
  })

  test('a login that was refused or failed midway uses no budget', async () => {
    const limits = inMemory()
    const broken = new Error('the database is away')
    for (let i = 0; i < 100; i++) {
      const login = {
        address: '10.0.0.1',
        name: 'bob',
        account: () => Promise.resolve(accountOf('bob')),
        check: () => Promise.resolve('right' as const),
      }
      const fails = () => Promise.reject(broken)
      await expect(limits.admit({ ...login, check: fails })).rejects.toBe(broken)
      await expect(limits.admit({ ...login, account: fails })).rejects.toBe(broken)
    }
    expect(await attempt(limits, '10.0.0.1', 'bob')).toBe('tried')
    // The whole service takes no more from strangers: an address that goes on asking is not refused for it later.
    for (let i = 0; i < 80; i++) await attempt(limits, `10.8.8.${String(i)}`, `name-${String(i)}`)
    for (let i = 0; i < 100; i++)
      expect(await attempt(limits, '10.0.0.3', 'carol', true)).toBe('TOO_MANY')
    await later(60)
    expect(await attempt(limits, '10.0.0.3', 'carol', true)).toBe('tried')
  })

  test('the password of a locked account is compared with nothing, for as long', async () => {
    const limits = inMemory()
    for (let i = 0; i < 4; i++) await attempt(limits, '10.0.0.1', 'bob')
    const compared: (string | undefined)[] = []
    const login = (id: string) =>
      limits.admit({
        address: '10.0.0.1',
        name: 'bob',
        account: () => Promise.resolve(accountOf(id)),
        check: (account) => {
          compared.push(account?.id)
          return Promise.resolve('right' as const)
        },
      })
    expect(await login('bob')).toMatchObject({ kind: 'locked' })
    expect(await login('carol')).toMatchObject({ kind: 'right', account: { id: 'carol' } })
    expect(compared).toEqual([undefined, 'carol'])
  })

  test('the right password of a disabled account is counted as a wrong one', async () => {
    const limits = inMemory()
    const kinds: string[] = []
    for (let i = 0; i < 5; i++) {
      const { kind } = await limits.admit({
        address: '10.0.0.1',
        name: 'bob',
        account: () => Promise.resolve(accountOf('bob', true)),
        check: () => Promise.resolve('right' as const),
      })
      kinds.push(kind)
    }
    expect(kinds).toEqual(['disabled', 'disabled', 'disabled', 'disabled', 'locked'])
  })

  test('all unknown accounts share one count, and are locked like a known one', async () => {
    const limits = inMemory()
    const outcomes = []
    for (let i = 0; i < 8; i++) outcomes.push(await attempt(limits, '10.0.0.1', undefined))
    expect(outcomes).toEqual(['tried', 'tried', 'tried', 'tried', ...Array(4).fill('locked')])
  })

  test('clients of one network share its budget', async () => {
    const limits = inMemory()
    for (let i = 0; i < 20; i++) await limits.clients.failed('2001:db8:1:2::7')
    await expect(limits.clients.failed('2001:db8:1:2::9')).rejects.toMatchObject({
      code: 'TOO_MANY',
    })
    await limits.clients.failed('2001:db8:1:3::7')
  })
})

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:0DB8:0001:0002:3:4:5:6', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['1:2:3:4:5:6:7::', '1:2:3:4'],
  ['203.0.113.7:52144', '203.0.113.7'],
  ['[2001:db8::1]:443', '2001:db8:0:0'],
  ['[fe80::1%eth0]:443', 'fe80:0:0:0'],
  ['', 'unknown'],
  ['203.0.113.7:x', 'unknown'],
  ['203.0.113', 'unknown'],
  ['0x7f.1', 'unknown'],
  ['_hidden', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('over Redis all processes count together, and no password is compared while Redis is away', async () => {
  const redis = await startRedis({ url: undefined })
  const connections = [0, 1].map(() => new Redis(redis.url).on('error', () => undefined))
  await Promise.all(connections.map((each) => each.ping()))
  const [one, two] = connections.map((each) =>
    createAdmission({ configuration: { loginLimits }, redis: each, slots }),
  )
  if (!one || !two) throw new Error('two admissions expected')
  try {
    const outcomes = []
    for (let i = 0; i < 3; i++)
      outcomes.push(await attempt(one, '10.0.0.1', 'bob'), await attempt(two, '10.0.0.2', 'bob'))
    expect(outcomes).toEqual(['tried', 'tried', 'tried', 'tried', 'locked', 'locked'])
    await attempt(one, '10.0.0.3', 'carol', true)
    for (let i = 0; i < 8; i++) await attempt(two, '10.0.0.4', 'carol')
    expect(await attempt(two, '10.0.0.3', 'carol', true)).toBe('tried')
    const [known = ''] = (await connections[0]?.keys('*:known:*')) ?? []
    await connections[0]?.expire(known, 60)
    await attempt(one, '10.0.0.3', 'carol', true)
    expect(await connections[0]?.ttl(known)).toBeGreaterThan(13 * 86_400)
    const keys = await connections[0]?.keys('*')
    expect(keys?.length).toBeGreaterThan(3)
    expect(JSON.stringify(keys)).not.toMatch(/bob|carol/)
  } finally {
    await redis.stop()
  }
  const started = performance.now()
  expect(await attempt(one, '10.0.0.1', 'dave')).toBe('STORE_UNAVAILABLE')
  expect(performance.now() - started).toBeLessThan(5000)
  for (const each of connections) each.disconnect()
})
