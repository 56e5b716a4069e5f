import { setTimeout as delay } from 'node:timers/promises'
import { healthService } from '../../../src/adapters/rpc/grpc.js'
import { createVerifier } from '../../../src/token/index.js'
import {
  fromContext,
  createGate,
  requireScopes,
  select,
  type Gate,
} from '../../../src/gate/index.js'
import { audience, issuer, key } from '../tokens.js'

/** What is served while the contract runs. */
export interface RpcServer {
  /** `127.0.0.1:port`. */
  readonly address: string
  close(): Promise<void>
}

/** What a method says. */
export interface Said {
  readonly subject: string
  readonly count: number
}

/** The policy and the methods that every framework serves. */
export interface RpcSite {
  /** To be mounted in this order, each around everything. */
  readonly gates: readonly Gate<unknown>[]
  readonly unary: Readonly<Record<string, (text: string) => Promise<Said>>>
  readonly feeds: Readonly<Record<string, (text: string) => AsyncIterable<Said>>>
  /** One answer to many questions, and an answer to each. */
  collect(texts: AsyncIterable<string>): Promise<Said>
  chat(texts: AsyncIterable<string>): AsyncIterable<Said>
}

const service = '/jotgate.test.v1.Site'
const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })

/** Everything is guarded but health and three methods; two more gates have methods of their own. */
export function createRpcSite(): RpcSite {
  const revoked = new Set<string>()
  const counter = { calls: 0 }
  return {
    gates: gatesOf(revoked),
    unary: unaryOf(revoked, counter),
    feeds: feedsOf(counter),
    collect: async (texts) => {
      counter.calls += 1
      let count = 0
      for await (const text of texts) if (text !== '' && subject() !== '') count += 1
      return { subject: subject(), count }
    },
    chat: async function* (texts) {
      counter.calls += 1
      let count = 0
      for await (const text of texts) {
        if (text === 'forever') for await (const said of endless()) yield said
        yield { subject: subject(), count: (count += 1) }
      }
    },
  }
}

function gatesOf(revoked: ReadonlySet<string>): readonly Gate<unknown>[] {
  const shared = {
    verify,
    recheckEvery: 1,
    isRevoked: async ({ payload }: { payload: { sub?: string; jti?: string } }) => {
      await delay(0)
      if (payload.jti === 'store-is-down') throw new Error('connection refused')
      return payload.jti === 'revoked' || revoked.has(payload.sub ?? '')
    },
  }
  const named = (...names: readonly string[]) => names.map((name) => `${service}/${name}`)
  const feeds = { orders: ['Orders', 'OrderFeed'], optional: ['Optional', 'OptionalFeed'] }
  const open = named('Open', 'Calls', 'Revoke', ...feeds.orders, ...feeds.optional)
  return [
    createGate({ ...shared, select: select({ except: { path: open, prefix: healthService } }) }),
    createGate({ ...shared, optional: true, select: select({ path: named(...feeds.optional) }) }),
    createGate({
      ...shared,
      authorize: requireScopes('orders:read', 'orders:list'),
      select: select({ path: named(...feeds.orders) }),
    }),
  ]
}

function unaryOf(revoked: Set<string>, counter: { calls: number }): RpcSite['unary'] {
  const whoami = () => Promise.resolve({ subject: subject(), count: 1 })
  const counted = () => {
    counter.calls += 1
    return whoami()
  }
  return {
    me: counted,
    orders: counted,
    optional: whoami,
    open: whoami,
    time: async () => {
      await delay(Math.random() * 5)
      return whoami()
    },
    fails: () => Promise.reject(new Error('a handler failed')),
    calls: () => Promise.resolve({ subject: '', count: counter.calls }),
    revoke: (text) => {
      revoked.add(text)
      return whoami()
    },
  }
}

function feedsOf(counter: { calls: number }): RpcSite['feeds'] {
  const three = async function* () {
    counter.calls += 1
    for (let count = 1; count <= 3; count += 1) {
      yield { subject: subject(), count }
      await delay(5)
    }
  }
  return {
    watch: (text) => (text === 'forever' ? endless() : three()),
    orderFeed: three,
    optionalFeed: three,
    failsLate: async function* () {
      yield { subject: subject(), count: 1 }
      await delay(5)
      throw new Error('a handler failed')
    },
  }
}

async function* endless(): AsyncGenerator<Said> {
  for (let count = 1; ; count += 1) {
    yield { subject: subject(), count }
    await delay(20)
  }
}

/** Who is calling, by the context alone. */
function subject(): string {
  return fromContext()?.token.payload.sub ?? ''
}
