import {
  credentials,
  makeClientConstructor,
  Metadata,
  status,
  type ClientDuplexStream,
  type ServiceDefinition,
  type StatusObject,
} from '@grpc/grpc-js'
import { expect } from 'vitest'
import { canary } from '../tokens.js'
import { definition } from './protos.js'

/** One thing every RPC adapter does. It sees an address and nothing of the server behind it. */
export interface RpcBehaviour {
  readonly name: string
  readonly run: (address: string) => Promise<void>
}

/** How a call ended, and what came before. */
export interface Outcome {
  readonly code: status
  readonly details: string
  /** Of the status: the challenge stands there. */
  readonly trailers: Readonly<Record<string, unknown>>
  readonly messages: readonly Message[]
}

interface Message {
  readonly subject: string
  readonly count: number
}

/** What a call sends. */
export interface Sent {
  readonly metadata?: Metadata
  readonly text?: string
  /** Called with each message of a stream, whichever side sends it. */
  readonly onMessage?: (message: Pick<Message, 'count'>) => unknown
  /** Messages, of whichever side sends them, after which the client hangs up. Default: it does not. */
  readonly most?: number
}

/** The four kinds of calls, by a method of each. */
export const kinds = {
  unary: 'Me',
  'client-streaming': 'Collect',
  'server-streaming': 'Watch',
  bidirectional: 'Chat',
} as const

const clients = new Map<string, InstanceType<ReturnType<typeof makeClientConstructor>>>()

/** Calls a method of the .proto files, of whatever kind, and waits for its end. */
export async function call(address: string, method: string, sent: Sent = {}): Promise<Outcome> {
  const path = method.includes('/') ? method : `jotgate.test.v1.Site/${method}`
  const slash = path.indexOf('/')
  const split = { service: path.slice(0, slash), name: path.slice(slash + 1) }
  const outcome = await invoke(address, split, sent)
  expect(JSON.stringify(outcome)).not.toContain(canary)
  return outcome
}

/** Calls a method with `authorization: Bearer`. */
export function callAs(
  token: string,
  address: string,
  target: string | (Sent & { method: string }),
): Promise<Outcome> {
  const { method, ...sent } = typeof target === 'string' ? { method: target } : target
  return call(address, method, { ...sent, metadata: bearer(token) })
}

/** Metadata with one field. */
export function field(name: string, value: string): Metadata {
  const metadata = new Metadata()
  metadata.set(name, value)
  return metadata
}

export const bearer = (token: string): Metadata => field('authorization', `Bearer ${token}`)

/** Closes what the suite opened. */
export function closeClients(): void {
  for (const client of clients.values()) client.close()
  clients.clear()
}

/** The suite is refused as the error table says: status, fixed text, challenge. */
export function expectRefusal(
  outcome: Outcome,
  wanted: { code: status; details: RegExp; error: string | null },
): void {
  expect([outcome.code, outcome.messages]).toEqual([wanted.code, []])
  expect(outcome.details).toMatch(wanted.details)
  const challenge = String(outcome.trailers['www-authenticate'])
  expect(challenge).toMatch(/^Bearer realm="api"/)
  expect(/error="([^"]*)"/.exec(challenge)?.[1] ?? null).toBe(wanted.error)
}

const { UNAUTHENTICATED, PERMISSION_DENIED } = status
export const missing = { code: UNAUTHENTICATED, details: /needs an access token/, error: null }
export const invalid = { code: UNAUTHENTICATED, details: /not valid here/, error: 'invalid_token' }
export const expired = { code: UNAUTHENTICATED, details: /has expired/, error: 'invalid_token' }
export const ambiguous = {
  code: UNAUTHENTICATED,
  details: /more than one way/,
  error: 'invalid_request',
}
export const forbidden = {
  code: PERMISSION_DENIED,
  details: /does not permit/,
  error: 'insufficient_scope',
}

/** Through the client that grpc-js makes of the .proto file, by the method's own kind. */
function invoke(
  address: string,
  { service, name }: { service: string; name: string },
  { metadata = new Metadata(), text = '', onMessage = () => undefined, most = Infinity }: Sent,
): Promise<Outcome> {
  const messages: Message[] = []
  const { requestStream, responseStream, call } = methodOf(address, { service, name })
  const answer = (_error: unknown, message?: Message) => {
    if (message) messages.push(message)
  }
  const question = { text: text === '' ? 'hello' : text }
  const stream = call(
    ...(requestStream ? [] : [question]),
    metadata,
    ...(responseStream ? [] : [answer]),
  )
  let count = 0
  const pass = () => {
    onMessage({ count: (count += 1) })
    if (count >= most) stream.cancel()
  }
  stream.on('data', (message: Message) => {
    messages.push(message)
    pass()
  })
  // The status says the same.
  stream.on('error', () => undefined)
  if (requestStream) for (let time = 0; time < 3; time += 1) stream.write(question)
  // A conversation that is to last stays open, and where only the client speaks it goes on.
  if (requestStream && text === '') stream.end()
  const speaking = requestStream && !responseStream && text !== ''
  const timer = speaking && setInterval(() => stream.write(question, pass), 20)
  return new Promise((resolve) => {
    stream.on('status', ({ code, details, metadata: trailers }: StatusObject) => {
      if (timer) clearInterval(timer)
      // A unary answer comes in the same turn, after its status or before it.
      setImmediate(() => {
        resolve({ code, details, trailers: trailers.getMap(), messages })
      })
    })
  })
}

/** What the kinds of calls have in common. */
type Started = ClientDuplexStream<unknown, Message>
type Method = (...sent: unknown[]) => Started

/** The method of the client that grpc-js makes; for what is in no .proto file a call of a path. */
function methodOf(address: string, { service, name }: { service: string; name: string }) {
  const known = definition[service] as ServiceDefinition | undefined // the .proto files say what is a service
  const client = clientOf(address, known ?? {})
  const method = known?.[name]
  if (method) {
    const made = client[name] as Method // grpc-js types its own clients as any
    return { ...method, call: made.bind(client) }
  }
  const call: Method = (metadata) =>
    client.makeBidiStreamRequest(
      `/${service}/${name}`,
      () => Buffer.alloc(0),
      () => ({ subject: '', count: 0 }),
      metadata as Metadata, // the only thing that is sent
    )
  return { requestStream: true, responseStream: true, call }
}

function clientOf(address: string, service: ServiceDefinition) {
  const name = Object.values(service)[0]?.path ?? ''
  const known = clients.get(address + name)
  if (known) return known
  const Made = makeClientConstructor(service, 'Client')
  const client = new Made(address, credentials.createInsecure())
  clients.set(address + name, client)
  return client
}
