import 'reflect-metadata'
import { type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { makeClientConstructor, type ServiceDefinition } from '@grpc/grpc-js'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { Controller, Module, type INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql'
import {
  ClientProxyFactory,
  GrpcMethod,
  MessagePattern,
  Transport,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets'
import { firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import {
  acceptSocket,
  CurrentUser,
  JotgateModule,
  OptionalAuth,
  Public,
  Roles,
} from '../../../src/adapters/nest/nest.js'
import { type Claims, createVerifier } from '../../../src/token/index.js'
import { fromContext, createGate } from '../../../src/gate/index.js'
import { definition } from '../rpc/protos.js'
import { audience, issuer, key, now, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const revoked = new Set<string>()
const gate = createGate({
  verify,
  recheckEvery: 1,
  isRevoked: ({ payload }) => revoked.has(payload.sub ?? ''),
})
const who = () => fromContext()?.token.payload.sub ?? 'nobody'

@Resolver()
class Resolvers {
  @Query(() => String)
  me(@CurrentUser('sub') subject: string) {
    return `${subject} ${who()}`
  }

  @Roles('admin')
  @Query(() => String)
  admin() {
    return who()
  }

  @Public()
  @Query(() => String)
  version() {
    return who()
  }

  @OptionalAuth()
  @Query(() => String)
  greeting() {
    return who()
  }
}

@Controller()
class Messages {
  @MessagePattern('me')
  me(@CurrentUser('sub') subject: string) {
    return `${subject} ${who()}`
  }

  @Roles('admin')
  @MessagePattern('admin')
  admin() {
    return who()
  }

  @Public()
  @MessagePattern('version')
  version() {
    return who()
  }

  @GrpcMethod('Site', 'Me')
  grpc() {
    return { subject: who(), count: 1 }
  }
}

@WebSocketGateway()
class Gateway implements OnGatewayConnection {
  handleConnection(client: WebSocket, request: IncomingMessage) {
    return acceptSocket(gate, { client, request })
  }

  @SubscribeMessage('me')
  me(@CurrentUser('sub') subject: string | undefined) {
    return { event: 'me', data: `${String(subject)} ${who()}` }
  }

  @Roles('admin')
  @SubscribeMessage('admin')
  admin() {
    return { event: 'admin', data: who() }
  }
}

/** Over TCP a message has no headers: this application sends them in it. */
const headers = (context: { getArgByIndex: (at: number) => unknown; getType: () => string }) => {
  const data = context.getType() === 'rpc' ? context.getArgByIndex(0) : undefined
  return (data as { headers?: Record<string, string> } | undefined)?.headers // as sent below
}

@Module({
  imports: [
    JotgateModule.forRoot({ gate, headers }),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  providers: [Resolvers, Gateway],
  controllers: [Messages],
})
class App {}

let app: INestApplication
let base: string
let tcp: ClientProxy
let grpcPort: number
beforeAll(async () => {
  app = await NestFactory.create(App, { logger: false, forceCloseConnections: true })
  app.useWebSocketAdapter(new WsAdapter(app))
  const [tcpPort, freePort] = [await free(), await free()]
  grpcPort = freePort
  const inherit = { inheritAppConfig: true }
  const options = { host: '127.0.0.1', port: tcpPort }
  app.connectMicroservice<MicroserviceOptions>({ transport: Transport.TCP, options }, inherit)
  app.connectMicroservice<MicroserviceOptions>(
    {
      transport: Transport.GRPC,
      options: {
        package: 'jotgate.test.v1',
        protoPath: fileURLToPath(new URL('../rpc/site.proto', import.meta.url)),
        url: `127.0.0.1:${String(grpcPort)}`,
      },
    },
    inherit,
  )
  await app.startAllMicroservices()
  await app.listen(0, '127.0.0.1')
  base = await app.getUrl()
  tcp = ClientProxyFactory.create({ transport: Transport.TCP, options })
})
afterAll(async () => {
  await tcp.close()
  await app.close()
})

async function free(): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function bearer(claims?: Claims): Promise<Record<string, string>> {
  return claims ? { authorization: `Bearer ${await token(claims)}` } : {}
}

describe('in GraphQL', () => {
  async function query(text: string, claims?: Claims) {
    const answer = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await bearer(claims)) },
      body: JSON.stringify({ query: `{ ${text} }` }),
    })
    return (await answer.json()) as {
      data: Record<string, string> | null
      errors?: { message: string; extensions: { code: string } }[]
    }
  }

  test('a GraphQL field knows the caller, and is refused without a token', async () => {
    expect((await query('me', { sub: 'bob' })).data).toEqual({ me: 'bob bob' })
    const refused = await query('me')
    expect(refused.data).toBeNull()
    expect(refused.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(refused.errors?.[0]?.message).toContain(', sent as "Authorization: Bearer"')
    expect((await query('me', { aud: 'other' })).data).toBeNull()
  })

  test('a GraphQL field with a guard is FORBIDDEN without the role', async () => {
    expect((await query('admin', {})).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    expect((await query('admin', { role: 'admin' })).data).toEqual({ admin: 'alice' })
  })

  test('an open GraphQL field is answered next to a refused one', async () => {
    expect((await query('version')).data).toEqual({ version: 'nobody' })
    expect((await query('greeting')).data).toEqual({ greeting: 'nobody' })
    expect((await query('greeting', { sub: 'eve' })).data).toEqual({ greeting: 'eve' })
    expect((await query('version me')).data).toBeNull()
    expect((await query('version me', {})).data).toEqual({ version: 'nobody', me: 'alice alice' })
  })
})

describe('in a microservice over TCP', () => {
  const send = async (pattern: string, claims?: Claims) =>
    firstValueFrom(tcp.send<string>(pattern, { headers: await bearer(claims) })).catch(
      (error: unknown) => error,
    )

  test('a TCP handler knows the caller, and does not run without a token', async () => {
    expect(await send('me', { sub: 'bob' })).toBe('bob bob')
    expect(await send('me')).toMatchObject({
      code: 16,
      reason: 'token_missing',
      message: 'This needs an access token, sent as "Authorization: Bearer".',
    })
    expect(await send('me', { aud: 'other' })).toMatchObject({ code: 16, reason: 'token_invalid' })
  })

  test('marks also apply in a TCP microservice', async () => {
    expect(await send('version')).toBe('nobody')
    expect(await send('admin', {})).toMatchObject({ code: 7, reason: 'insufficient_scope' })
    expect(await send('admin', { role: 'admin' })).toBe('alice')
  })
})

describe('in a microservice over gRPC', () => {
  test('a gRPC handler reads the token from the metadata, and refusals have their gRPC status', async () => {
    const Site = makeClientConstructor(
      definition['jotgate.test.v1.Site'] as ServiceDefinition, // as the .proto file says
      'Site',
    )
    const client = new Site(`127.0.0.1:${String(grpcPort)}`, credentials.createInsecure())
    const me = async (claims?: Claims) => {
      const metadata = new Metadata()
      for (const [name, value] of Object.entries(await bearer(claims))) metadata.set(name, value)
      return new Promise((resolve) => {
        client['Me']?.({ text: '' }, metadata, (error: ServiceError | null, answer: unknown) => {
          resolve(error ? error.code : answer)
        })
      })
    }
    expect(await me({ sub: 'bob' })).toEqual({ subject: 'bob', count: 1 })
    expect(await me()).toBe(16)
    expect(await me({ aud: 'other' })).toBe(16)
    client.close()
  })
})

describe('on a WebSocket', () => {
  async function open(claims?: Claims) {
    const socket = new WebSocket(base.replace('http', 'ws'), { headers: await bearer(claims) })
    const closed = once(socket, 'close').then(([code, reason]: unknown[]) => [code, String(reason)])
    await once(socket, 'open')
    const ask = async (event: string) => {
      socket.send(JSON.stringify({ event, data: null }))
      const [message] = (await once(socket, 'message')) as [Buffer]
      return JSON.parse(String(message)) as unknown
    }
    return { socket, closed, ask }
  }

  test('a WebSocket opened without a valid token is closed', async () => {
    expect(await (await open()).closed).toEqual([1008, 'token_missing'])
    expect(await (await open({ aud: 'other' })).closed).toEqual([1008, 'token_invalid'])
  })

  test('messages of a WebSocket know the caller, and marks apply', async () => {
    const { socket, ask } = await open({ sub: 'bob' })
    expect(await ask('me')).toEqual({ event: 'me', data: 'bob bob' })
    expect(await ask('admin')).toMatchObject({
      event: 'exception',
      data: { code: 7, reason: 'insufficient_scope' },
    })
    socket.close()
    const admin = await open({ role: 'admin' })
    expect(await admin.ask('admin')).toEqual({ event: 'admin', data: 'alice' })
    admin.socket.close()
  })

  test('a WebSocket is closed when its token expires or is revoked', async () => {
    const short = await open({ exp: now() + 2, iat: now() })
    const taken = await open({ sub: 'taken back' })
    expect(await taken.ask('me')).toMatchObject({ event: 'me' })
    revoked.add('taken back')
    expect(await taken.closed).toEqual([1008, 'token_invalid'])
    expect(await short.closed).toEqual([1008, 'token_expired'])
  })
})
