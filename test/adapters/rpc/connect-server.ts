import { createServer, type ServerHttp2Session } from 'node:http2'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import {
  createFileRegistry,
  create,
  fromBinary,
  type DescService,
  type FileRegistry,
} from '@bufbuild/protobuf'
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt'
import { type ConnectRouter } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { type MessageTypeDefinition } from '@grpc/proto-loader'
import { auth } from '../../../src/adapters/rpc/connect.js'
import { definition } from './protos.js'
import { type RpcServer, type RpcSite } from './site.js'

interface Ask {
  readonly text: string
}

/** The methods on Connect, over HTTP/2: the same port speaks gRPC, gRPC-Web and Connect. */
export async function startConnect(site: RpcSite, isGuarded = true): Promise<RpcServer> {
  const interceptors = isGuarded ? site.gates.map((gate) => auth(gate)) : []
  const server = createServer(
    connectNodeAdapter({
      routes: (router) => {
        addRoutes(router, site)
      },
      interceptors,
    }),
  )
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => sessions.add(session))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    for (const session of sessions) session.destroy()
    server.close()
    return Promise.resolve()
  }
  return { address: `127.0.0.1:${String(port)}`, close }
}

function addRoutes(router: ConnectRouter, site: RpcSite): void {
  const { unary, feeds } = site
  const methods = {
    ...mapped(
      unary,
      (make) =>
        ({ text }: Ask) =>
          make(text),
    ),
    ...mapped(
      feeds,
      (make) =>
        ({ text }: Ask) =>
          make(text),
    ),
    collect: (asks: AsyncIterable<Ask>) => site.collect(textsOf(asks)),
    chat: (asks: AsyncIterable<Ask>) => site.chat(textsOf(asks)),
  }
  const serving = () => ({ status: 1 })
  const health = {
    check: serving,
    watch: async function* () {
      yield await Promise.resolve(serving())
    },
  }
  // Only generated code knows the types of a service's methods.
  router.service(serviceOf('jotgate.test.v1.Site'), methods as object)
  router.service(serviceOf('grpc.health.v1.Health'), health as object)
}

function mapped<A, B>(all: Readonly<Record<string, A>>, map: (each: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, map(each)]))
}

async function* textsOf(asks: AsyncIterable<Ask>): AsyncGenerator<string> {
  for await (const { text } of asks) yield text
}

/** No generated code: the descriptors that proto-loader made of the .proto files serve Connect as well. */
function serviceOf(name: string): DescService {
  const service = registry().getService(name)
  if (service === undefined) throw new Error(`no service ${name}`)
  return service
}

function registry(): FileRegistry {
  const files = new Map<string, FileDescriptorProto>()
  for (const entry of Object.values(definition)) {
    if (typeof entry.format !== 'string') continue
    for (const bytes of (entry as MessageTypeDefinition<object, object>).fileDescriptorProtos) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes)
      files.set(file.name, file)
    }
  }
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...files.values()] }))
}
