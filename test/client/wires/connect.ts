import { createServer } from 'node:http'
import { createFileRegistry, fromJson, type DescService } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import {
  Code,
  ConnectError,
  createClient,
  type ConnectRouter,
  type Interceptor,
} from '@connectrpc/connect'
import { connectNodeAdapter, createConnectTransport } from '@connectrpc/connect-node'
import { auth } from '../../../src/adapters/outgoing/connect-client.js'
import { listen, startSite, type Ledger, type Seen, type Verdict } from '../site.js'
import { type Answer, type Request, type Wire } from '../wire.js'

const text = '.jotgate.test.Text'
const method = (name: string, clientStreaming: boolean, serverStreaming: boolean) => ({
  ...{ name, inputType: text, outputType: text, clientStreaming, serverStreaming },
})
/** What protoc makes of echo.proto. */
const descriptors = fromJson(FileDescriptorSetSchema, {
  file: [
    {
      name: 'echo.proto',
      package: 'jotgate.test',
      syntax: 'proto3',
      messageType: [
        {
          name: 'Text',
          field: [
            {
              name: 'text',
              number: 1,
              type: 'TYPE_STRING',
              label: 'LABEL_OPTIONAL',
              jsonName: 'text',
            },
          ],
        },
      ],
      service: [
        { name: 'Echo', method: [method('Say', false, false), method('Gather', true, false)] },
      ],
    },
  ],
})
const codes: Readonly<Record<Exclude<Verdict, 200>, Code>> = {
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  500: Code.Internal,
}

/** Connect; a streamed body goes by the client-streaming call, which needs HTTP/2 only where it is full duplex. */
export async function connectWire(): Promise<Wire> {
  const site = await startSite()
  const servers = [serve(site.ledger, 'home'), serve(site.ledger, 'foreign')]
  const [home = '', foreign = ''] = await Promise.all(servers.map(listen))
  return {
    ledger: site.ledger,
    home,
    foreign,
    endpoint: site.endpoint,
    call: (client, request = {}) =>
      answer(request.to === 'foreign' ? foreign : home, auth(client), request),
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
      await site.close()
    },
  }
}

/** The service's calls, without types of its messages: nothing is generated here. */
interface Echo {
  say(text: Text, options: object): Promise<Text>
  gather(text: AsyncIterable<Text>, options: object): Promise<Text>
}

interface Text {
  readonly text: string
}

async function answer(
  baseUrl: string,
  interceptor: Interceptor,
  request: Request,
): Promise<Answer> {
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: '1.1',
    interceptors: [interceptor],
  })
  const { headers = {}, signal, body = '', streamed = false } = request
  const echo = createClient(service(), transport) as unknown as Echo
  const options = { headers, ...(signal === undefined ? {} : { signal }) }
  try {
    const reply = streamed
      ? await echo.gather(once(body), options)
      : await echo.say({ text: body }, options)
    return { status: 200, body: reply.text }
  } catch (error) {
    const verdict = Object.entries(codes).find(([, code]) => (error as ConnectError).code === code)
    if (verdict && (error as ConnectError).rawMessage === 'verdict')
      return { status: Number(verdict[0]), body: '' }
    throw error
  }
}

async function* once(body: string): AsyncIterable<Text> {
  await Promise.resolve()
  yield { text: body }
}

function service(): DescService {
  const found = createFileRegistry(descriptors).getService('jotgate.test.Echo')
  if (!found) throw new Error('the descriptors have no Echo')
  return found
}

function serve(ledger: Ledger, at: Seen['at']) {
  const judge = async (headers: Headers, body: string) => {
    const header = (name: string) => headers.get(name) ?? undefined
    const verdict = await ledger.judge({ at, method: 'POST', path: '/', body, header })
    if (verdict !== 200)
      throw new ConnectError('verdict', codes[verdict], { 'www-authenticate': ledger.challenge })
    return { text: body }
  }
  const routes = (router: ConnectRouter) =>
    router.service(service(), {
      say: (request: Text, { requestHeader }: { requestHeader: Headers }) =>
        judge(requestHeader, request.text),
      gather: async (
        requests: AsyncIterable<Text>,
        { requestHeader }: { requestHeader: Headers },
      ) => {
        let body = ''
        for await (const part of requests) body += part.text
        return judge(requestHeader, body)
      },
    } as never)
  return createServer(connectNodeAdapter({ routes }))
}
