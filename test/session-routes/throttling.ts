import { expect } from 'vitest'
import { ask, logIn, reasonOf, type Answer, type Site } from './caller.js'
import { type Behaviour } from './behaviour.js'
import { newAddress, newName } from './world.js'

interface Try {
  readonly username: string
  readonly address?: string
  readonly password?: string
}

function attempt(
  site: Site,
  { username, address = newAddress(), password = 'no' }: Try,
): Promise<Answer> {
  const headers = { 'x-test-address': address }
  return ask(site, 'POST /login', { body: { username, password }, headers })
}

async function statuses(site: Site, tries: readonly Try[]): Promise<readonly number[]> {
  const found: number[] = []
  for (const each of tries) found.push((await attempt(site, each)).status)
  return found
}

const times = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n))

/** Limits of the default: 10 by account and 50 by network in 15 minutes. */
export const throttling: readonly Behaviour[] = [
  {
    name: 'the eleventh wrong login of an account is 429 from any network, until 15 minutes after the first',
    run: async (site) => {
      const username = newName()
      expect(
        new Set(
          await statuses(
            site,
            times(10, () => ({ username })),
          ),
        ),
      ).toEqual(new Set([401]))
      site.world.clock.advance(60)
      const refused = await attempt(site, { username, password: 'right' })
      expect([...reasonOf(refused), refused.headers.get('retry-after')]).toEqual([
        429,
        'too_many_requests',
        '840',
      ])
      expect(refused.headers.get('www-authenticate')).toBeNull()
      expect((await attempt(site, { username: newName() })).status).toBe(401)
      site.world.clock.advance(840)
      expect((await attempt(site, { username, password: 'right' })).status).toBe(200)
    },
  },
  {
    name: 'an account is the same in capitals, with spaces around it and in another Unicode form',
    run: async (site) => {
      const username = newName()
      const spellings = [
        username,
        username.toUpperCase(),
        ` ${username} `,
        username.replace('u', '\uff55'),
      ]
      await statuses(
        site,
        times(10, (n) => ({ username: spellings[n % 4] ?? '' })),
      )
      expect((await attempt(site, { username })).status).toBe(429)
    },
  },
  {
    name: 'attempts that run at once are refused as those one after another',
    run: async (site) => {
      const username = newName()
      const answers = await Promise.all(times(30, () => attempt(site, { username })))
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    },
  },
  {
    name: 'a right login clears the count of its account',
    run: async (site) => {
      const username = newName()
      await statuses(
        site,
        times(9, () => ({ username })),
      )
      expect((await attempt(site, { username, password: 'right' })).status).toBe(200)
      expect(
        new Set(
          await statuses(
            site,
            times(10, () => ({ username })),
          ),
        ),
      ).toEqual(new Set([401]))
      expect((await attempt(site, { username })).status).toBe(429)
    },
  },
  {
    name: 'strangers cannot lock an account at a network from which it has logged in',
    run: async (site) => {
      const [username, address] = [newName(), newAddress()]
      expect((await attempt(site, { username, address, password: 'right' })).status).toBe(200)
      await statuses(
        site,
        times(11, () => ({ username })),
      )
      expect((await attempt(site, { username })).status).toBe(429)
      expect((await attempt(site, { username, address, password: 'right' })).status).toBe(200)
      expect(
        new Set(
          await statuses(
            site,
            times(10, () => ({ username, address })),
          ),
        ),
      ).toEqual(new Set([401]))
      expect((await attempt(site, { username, address })).status).toBe(429)
    },
  },
  {
    name: 'the 51st wrong login from one network is 429, and right ones do not count',
    run: async (site) => {
      const address = newAddress()
      await statuses(
        site,
        times(5, () => ({ username: newName(), address, password: 'right' })),
      )
      expect(
        new Set(
          await statuses(
            site,
            times(50, () => ({ username: newName(), address })),
          ),
        ),
      ).toEqual(new Set([401]))
      expect(
        (await attempt(site, { username: newName(), address, password: 'right' })).status,
      ).toBe(429)
      expect((await attempt(site, { username: newName() })).status).toBe(401)
    },
  },
  {
    name: 'the addresses of one IPv6 network share a count, and an address in two forms is one',
    run: async (site) => {
      const group = newName().slice(5, 9)
      await statuses(
        site,
        times(50, (n) => ({ username: newName(), address: `2001:db8:${group}:1:${String(n)}::1` })),
      )
      expect(
        (await attempt(site, { username: newName(), address: `2001:DB8:${group}:1::2` })).status,
      ).toBe(429)
      expect(
        (await attempt(site, { username: newName(), address: `2001:db8:${group}:2::1` })).status,
      ).toBe(401)
    },
  },
  {
    name: 'a login that could not be decided is not counted, and errors with a status of 4xx are',
    run: async (site) => {
      const address = newAddress()
      expect(
        new Set(
          await statusesOf(
            site,
            times(60, () => ({ username: 'no-store', address })),
          ),
        ),
      ).toEqual(new Set([503]))
      await statusesOf(
        site,
        times(10, () => ({ username: 'http-error' })),
      )
      expect((await attempt(site, { username: 'http-error' })).status).toBe(429)
    },
  },
  {
    name: 'a request that is no login, such as one that a page of another site can send, is counted nowhere',
    run: async (site) => {
      const address = newAddress()
      const headers = { 'x-test-address': address, 'content-type': 'text/plain' }
      for (let n = 0; n < 51; n++)
        expect((await ask(site, 'POST /login', { body: '{"username":"a"}', headers })).status).toBe(
          415,
        )
      expect((await attempt(site, { username: newName(), address })).status).toBe(401)
    },
  },
  {
    name: 'a refused login never reaches the login function',
    run: async (site) => {
      const username = newName()
      await statuses(
        site,
        times(10, () => ({ username })),
      )
      const before = site.world.asked.length
      await attempt(site, { username })
      expect(site.world.asked.length).toBe(before)
      expect(site.world.events.at(-1)).toEqual({
        route: 'login',
        status: 429,
        code: 'ATTEMPTS_EXCEEDED',
      })
    },
  },
  {
    name: 'refreshes and logouts are not throttled',
    run: async (site) => {
      const user = await logIn(site)
      await statuses(
        site,
        times(11, () => ({ username: user.name })),
      )
      const { refreshToken } = user
      expect((await ask(site, 'POST /refresh', { body: { refreshToken } })).status).toBe(200)
    },
  },
]

/** Answers that are not the routes' own, such as a 500 of the framework. */
async function statusesOf({ base }: Site, tries: readonly Try[]): Promise<readonly number[]> {
  const found: number[] = []
  for (const { username, address = newAddress() } of tries) {
    const response = await fetch(`${base}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-test-address': address },
      body: JSON.stringify({ username, password: 'no' }),
    })
    await response.text()
    found.push(response.status)
  }
  return found
}
