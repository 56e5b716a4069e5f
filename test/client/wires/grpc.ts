import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as grpc from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { auth } from '../../../src/adapters/outgoing/grpc-client.js'
import { type JwtClient } from '../../../src/client/index.js'
import { startSite, type Ledger, type Seen, type Verdict } from '../site.js'
import { type Answer, type Request, type Wire } from '../wire.js'

const proto = fileURLToPath(new URL('echo.proto', import.meta.url))
const { Echo } = (grpc.loadPackageDefinition(loadSync(proto)) as never as EchoPackage).jotgate.test
const statuses = { 200: 0, 401: 16, 403: 7, 500: 13 } as const satisfies Record<Verdict, number>

/** What the loader makes of echo.proto. */
interface EchoPackage {
  readonly jotgate: { readonly test: { readonly Echo: grpc.ServiceClientConstructor } }
}

export type Text = { text: string }

/** grpc-js; a streamed body goes by the client-streaming call. */
export async function grpcWire(): Promise<Wire> {
  const site = await startSite()
  const servers = [await serve(site.ledger, 'home'), await serve(site.ledger, 'foreign')]
  const [home = '', foreign = ''] = servers.map(({ target }) => `http://${target}`)
  return {
    ledger: site.ledger,
    home,
    foreign,
    endpoint: site.endpoint,
    call: (client, request = {}) => {
      const { host } = new URL(request.to === 'foreign' ? foreign : home)
      const stub = new Echo(host, grpc.credentials.createInsecure(), auth(client))
      return answer(stub, request).finally(() => {
        stub.close()
      })
    },
    close: async () => {
      for (const { server } of servers) server.forceShutdown()
      await site.close()
    },
  }
}

/** A stub of the home server, for its other call kinds. */
export function stubOf(client: JwtClient, origin: string): grpc.Client {
  return new Echo(new URL(origin).host, grpc.credentials.createInsecure(), auth(client))
}

function answer(
  stub: grpc.Client,
  { body = '', headers = {}, signal, streamed = false }: Request,
): Promise<Answer> {
  const metadata = new grpc.Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return new Promise((resolve, reject) => {
    const done = (error: grpc.ServiceError | null, reply?: Text) => {
      if (!error) resolve({ status: 200, body: reply?.text ?? '' })
      else if (error.details.startsWith('verdict'))
        resolve({ status: httpOf(error.code), body: '' })
      else reject(error)
    }
    const call = (stub as never as Record<string, Method>)[streamed ? 'Gather' : 'Say']
    const made = streamed
      ? call?.call(stub, metadata, done)
      : call?.call(stub, { text: body }, metadata, done)
    if (streamed) made?.end({ text: body })
    if (signal?.aborted === true) made?.cancel()
    signal?.addEventListener('abort', () => made?.cancel())
  })
}

type Method = (...args: unknown[]) => { end(message: Text): void; cancel(): void }

function httpOf(code: number): number {
  return Number(Object.entries(statuses).find(([, each]) => each === code)?.[0])
}

async function serve(ledger: Ledger, at: Seen['at']) {
  const server = new grpc.Server()
  const judge = async (metadata: grpc.Metadata, body: string) => {
    const header = (name: string) => metadata.get(name).map(String).join() || undefined
    const verdict = await ledger.judge({ at, method: 'POST', path: '/', body, header })
    const answered = new grpc.Metadata()
    answered.set('www-authenticate', ledger.challenge)
    return verdict === 200
      ? null
      : { code: statuses[verdict], details: 'verdict', metadata: answered }
  }
  server.addService(Echo.service, {
    Say: (call: grpc.ServerUnaryCall<Text, Text>, reply: grpc.sendUnaryData<Text>) => {
      void judge(call.metadata, call.request.text).then((error) => {
        reply(error, call.request)
      })
    },
    Gather: (call: grpc.ServerReadableStream<Text, Text>, reply: grpc.sendUnaryData<Text>) => {
      let text = ''
      call.on('data', (part: Text) => (text += part.text))
      call.on('end', () => {
        void judge(call.metadata, text).then((error) => {
          reply(error, { text })
        })
      })
    },
    Spell: (call: grpc.ServerWritableStream<Text, Text>) => {
      void judge(call.metadata, call.request.text).then((error) => {
        if (error) call.emit('error', error)
        else for (const letter of call.request.text) call.write({ text: letter })
        call.end()
      })
    },
    Chat: (call: grpc.ServerDuplexStream<Text, Text>) => {
      void judge(call.metadata, '').then((error) => {
        if (error) call.emit('error', error)
        call.on('data', (part: Text) => call.write(part))
        call.on('end', () => {
          call.end()
        })
      })
    },
  })
  const bind = promisify(server.bindAsync.bind(server))
  const port = await bind('127.0.0.1:0', grpc.ServerCredentials.createInsecure())
  return { server, target: `127.0.0.1:${String(port)}` }
}
