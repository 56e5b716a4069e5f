import { type Readable, type Writable } from 'node:stream'
import {
  Server,
  ServerCredentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { auth } from '../../../src/adapters/rpc/grpc.js'
import { definition } from './protos.js'
import { type RpcServer, type RpcSite, type Said } from './site.js'

interface Ask {
  readonly text: string
}

/** The methods on grpc-js. */
export async function startGrpc(site: RpcSite, isGuarded = true): Promise<RpcServer> {
  const server = new Server({ interceptors: isGuarded ? site.gates.map((gate) => auth(gate)) : [] })
  server.addService(serviceOf('jotgate.test.v1.Site'), {
    ...mapped(site.unary, unary),
    ...mapped(site.feeds, feed),
    collect: collecting(site),
    chat: chatting(site),
  })
  const serving = () => Promise.resolve({ status: 1 })
  server.addService(serviceOf('grpc.health.v1.Health'), {
    Check: unary(serving),
    Watch: feed(async function* () {
      yield await serving()
    }),
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error)
      else resolve(bound)
    })
  })
  const close = () => {
    server.forceShutdown()
    return Promise.resolve()
  }
  return { address: `127.0.0.1:${String(port)}`, close }
}

function serviceOf(name: string): ServiceDefinition {
  return definition[name] as ServiceDefinition // the .proto files say which names are services
}

function mapped<A, B>(all: Readonly<Record<string, A>>, map: (each: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, map(each)]))
}

function unary<R>(make: (text: string) => Promise<R>): handleUnaryCall<Ask, R> {
  return (call, answer) => {
    make(call.request.text).then((said) => {
      answer(null, said)
    }, answer)
  }
}

function feed<R>(make: (text: string) => AsyncIterable<R>): handleServerStreamingCall<Ask, R> {
  return (call) => void send(make(call.request.text), call)
}

function collecting(site: RpcSite): handleClientStreamingCall<Ask, Said> {
  return (call, answer) => {
    site.collect(textsOf(call)).then((said) => {
      answer(null, said)
    }, answer)
  }
}

function chatting(site: RpcSite): handleBidiStreamingCall<Ask, Said> {
  return (call) => void send(site.chat(textsOf(call)), call)
}

async function* textsOf(call: Readable): AsyncGenerator<string> {
  // Not the call itself: leaving the loop would destroy it, answers and all.
  for await (const ask of call.iterator({ destroyOnReturn: false })) {
    yield (ask as Ask).text // what the .proto file says
  }
}

/** Writes until the call is over, whoever ends it. */
async function send<R>(items: AsyncIterable<R>, call: Writable): Promise<void> {
  const cancelled = new AbortController()
  call.on('cancelled', () => {
    cancelled.abort()
  })
  try {
    for await (const item of items) {
      if (cancelled.signal.aborted) return
      call.write(item)
    }
    call.end()
  } catch (error) {
    call.emit('error', error)
  }
}
