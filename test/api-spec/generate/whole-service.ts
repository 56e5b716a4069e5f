import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo } from 'node:net'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'
import { getRequestListener } from '@hono/node-server'
import { type Route } from '../../../src/api-spec/runtime/route.js'
import { type Gate } from '../../../src/gate/gate.js'
import { type Claims } from '../../../src/token/token.js'
import { createWorkshop, type Workshop } from './project.js'
import { wholeFiles } from './whole-files.js'

/** The shape of the generated client, as far as the tests look at it; the compiler has checked the original. */
export interface WholeClient {
  login(request: object): Promise<{ accessToken: string }>
  offers(): Promise<unknown>
  shopItems: { save(request: object): Promise<unknown> }
  account: {
    remove(): Promise<unknown>
    changeCard(): Promise<unknown>
    slow(): Promise<unknown>
    watch(): Promise<AsyncIterable<unknown>>
    upload(request: object, options?: object): Promise<unknown>
    stream(request: object, options?: object): Promise<unknown>
  }
  partner: { me(): Promise<unknown> }
}

type GuardName = 'Auth' | 'AuthPartner'
type Signers = Readonly<Record<GuardName, (claims: object) => Promise<string>>>

/** What `registerRoutes` and `createHandler` take. */
export interface WholeSetup {
  readonly routes: readonly Route<object, GuardName>[]
  readonly gates: Readonly<Record<GuardName, Gate<Claims>>>
  readonly services: { readonly config: object; readonly log: string[] }
}

/** The project that is generated from whole.api, loaded. */
export interface WholeService {
  readonly workshop: Workshop
  /** What the compiler says; nothing where it was not asked. */
  readonly said: readonly string[]
  readonly setup: WholeSetup
  readonly sign: Signers
  /** Signs with the secret that the guard in transition leaves behind. */
  readonly signOld: Signers
  createClient(options: object): WholeClient
}

/** Generates, and with `compile` checks the types, which takes seconds. */
export async function createWholeService(how: 'compile' | 'transpile'): Promise<WholeService> {
  const text = readFileSync(new URL('whole.api', import.meta.url), 'utf8')
  const workshop = createWorkshop({
    whole: { text, servers: ['fastify', 'fetch'], files: wholeFiles },
  })
  const said = how === 'compile' ? workshop.compile() : []
  if (how === 'transpile') workshop.transpile()
  const load = async (name: string) => workshop.load(`whole/${name}`)
  const { createRoutes } = await load('generated/routes')
  const { createGates, createSigners } = await load('generated/auth')
  const { handlers } = await load('handlers')
  const signersOf = createSigners as (config: object) => Signers
  const { config, before } = secrets()
  return {
    ...{ workshop, said, sign: signersOf(config), signOld: signersOf(before) },
    createClient: (await load('generated/client'))['createClient'] as WholeService['createClient'],
    setup: {
      routes: (createRoutes as (api: unknown) => WholeSetup['routes'])(handlers),
      gates: (createGates as (of: object) => WholeSetup['gates'])(config),
      services: { config, log: [] },
    },
  }
}

/** The configuration, and that of the time before the secret of `Partner` was replaced. */
function secrets() {
  const secret = () => randomBytes(48).toString('base64')
  const Auth = { AccessSecret: secret(), AccessExpire: 900 }
  const PrevSecret = secret()
  return {
    config: { Auth, Partner: { Secret: secret(), PrevSecret } },
    before: { Auth, Partner: { Secret: PrevSecret, PrevSecret: secret() } },
  }
}

/** A server that listens. */
export interface Site {
  readonly url: string
  close(): Promise<unknown>
}

/** Serves on a port of its own. */
export async function listen(listener: RequestListener): Promise<Site> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${String(port)}`, close }
}

/** The routes as a listener of Node, by way of the function from Request to Response. */
export function listenerOf(setup: WholeSetup): RequestListener {
  const handle = getRequestListener(createHandler(setup), { overrideGlobalObjects: false })
  return (request, response) => {
    void handle(request, response)
  }
}

/** What a shop of the service sells. */
export const book = {
  ...{ id: '9007199254740993', left: 3, kind: 'pen' },
  maker: { id: '-1', country: 'NO' },
  parts: { a: [{ id: '2', note: 'n' }] },
}
