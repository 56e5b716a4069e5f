import { expect } from 'vitest'
import { type Behaviour, type HttpWire } from '../wire.js'
import { clientOf, refuseCurrent, signIn } from './setup.js'

const to = (location: string, status = 302) =>
  `/start?status=${String(status)}&to=${encodeURIComponent(location)}`

/** What HTTP clients do when a server sends them elsewhere. */
export const redirects: readonly Behaviour<HttpWire>[] = [
  {
    name: 'a redirect within the origin keeps the token',
    run: async (wire) => {
      const { client } = await signIn(wire)
      expect((await wire.get(client, to('/end'))).status).toBe(200)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1', 'Bearer canary-1'])
      expect(wire.ledger.at('home')[1]?.path).toBe('/end')
    },
  },
  {
    name: 'a redirect to another origin drops the token',
    run: async (wire) => {
      const { client } = await signIn(wire)
      expect((await wire.get(client, to(`${wire.foreign}/end`))).status).toBe(200)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
      expect(wire.ledger.values('authorization', 'foreign')).toEqual([undefined])
    },
  },
  {
    name: 'a redirect to another origin drops a token in a field of its own too',
    run: async (wire) => {
      const source = { grant: () => Promise.resolve({ token: 'canary-t' }) }
      const client = clientOf(wire, { source, header: 'x-token' })
      await wire.get(client, to(`${wire.foreign}/end`))
      expect(wire.ledger.values('x-token')).toEqual(['canary-t'])
      expect(wire.ledger.values('x-token', 'foreign')).toEqual([undefined])
    },
  },
  {
    name: "a redirect to another origin drops the caller's own Authorization and Cookie",
    run: async (wire) => {
      const { client } = await signIn(wire)
      const headers = { authorization: 'Basic own', cookie: 'own=1', 'x-trace': 'abc' }
      await wire.get(client, to(`${wire.foreign}/end`), { headers })
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
      expect(wire.ledger.values('authorization', 'foreign')).toEqual([undefined])
      expect(wire.ledger.values('cookie', 'foreign')).toEqual([undefined])
      expect(wire.ledger.values('x-trace', 'foreign')).toEqual(['abc'])
    },
  },
  ...[307, 308].map((status): Behaviour<HttpWire> => ({
    name: `${String(status)} sends the same again`,
    run: async (wire) => {
      const { client } = await signIn(wire)
      await wire.get(client, to('/end', status), { method: 'PUT', body: 'twice' })
      const [, second] = wire.ledger.at('home')
      expect(second).toMatchObject({ method: 'PUT', body: 'twice' })
      expect(second?.header('authorization')).toBe('Bearer canary-1')
    },
  })),
  {
    name: 'a server that redirects without end is left',
    run: async (wire) => {
      const { client } = await signIn(wire)
      wire.ledger.endless = '/again'
      await expect(wire.get(client, to('/again'))).rejects.toThrow()
      expect(wire.ledger.seen.length).toBeLessThan(30)
      expect(new Set(wire.ledger.values())).toEqual(new Set(['Bearer canary-1']))
    },
  },
  {
    name: 'a token refused after a redirect is replaced there',
    run: async (wire) => {
      const { client } = await signIn(wire)
      const judge = wire.ledger.judge.bind(wire.ledger)
      wire.ledger.judge = (seen) => {
        if (seen.path === '/end' && wire.ledger.generation === 1) refuseCurrent(wire)
        return judge(seen)
      }
      expect((await wire.get(client, to('/end'))).status).toBe(200)
      expect(wire.ledger.at('home').map((seen) => seen.header('authorization'))).toEqual([
        'Bearer canary-1',
        'Bearer canary-1',
        'Bearer canary-2',
      ])
    },
  },
]

/**
 * What `client.fetch` makes of a call on its way. undici follows by an interceptor of its own: it keeps the fields of a
 * body that is gone, and ours sees hops, not calls.
 */
export const rewriting: readonly Behaviour<HttpWire>[] = [
  {
    name: 'a redirect that has left the configured origins does not get the token back',
    run: async (wire) => {
      const { client } = await signIn(wire)
      wire.ledger.accepted = undefined
      const back = `${wire.foreign}${to(`${wire.home}/end`)}`
      expect((await wire.get(client, to(back))).status).toBe(200)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1', undefined])
    },
  },
  {
    name: 'a token is replaced once a call, over all its hops',
    run: async (wire) => {
      let count = 1
      const next = () => Promise.resolve({ token: `canary-${String(count++)}` })
      const { seen } = wire.ledger
      wire.ledger.judge = (call) => {
        seen.push(call)
        return Promise.resolve(seen.length === 1 || call.path === '/end' ? 401 : 200)
      }
      const client = clientOf(wire, { source: { grant: next, renew: next } })
      expect((await wire.get(client, to('/end'))).status).toBe(401)
      const tokens = ['Bearer canary-1', 'Bearer canary-2', 'Bearer canary-3']
      expect(wire.ledger.values()).toEqual(tokens)
    },
  },
  ...[301, 302, 303].map((status): Behaviour<HttpWire> => ({
    name: `${String(status)} makes a GET of a POST, without its body and the fields of it`,
    run: async (wire) => {
      const { client } = await signIn(wire)
      const headers = { 'content-type': 'text/x-own' }
      await wire.get(client, to('/end', status), { method: 'POST', body: 'once', headers })
      const [, second] = wire.ledger.at('home')
      expect(second).toMatchObject({ method: 'GET', body: '' })
      expect(second?.header('content-type')).toBeUndefined()
      expect(second?.header('authorization')).toBe('Bearer canary-1')
    },
  })),
]
