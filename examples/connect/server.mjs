// A guarded Connect server. Run it with `node server.mjs`; it prints a curl line with a token that works.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { loadSync } from '@grpc/proto-loader'
import { createSigner, createVerifier, hmacKey, createGate } from 'jotgate'
import { auth } from 'jotgate/connect'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }
const gate = createGate({ verify: createVerifier({ keys: key, algorithms: ['HS256'], ...from }) })

// Instead of generated code, so that the example is one file.
const loaded = loadSync(fileURLToPath(new URL('greetings.proto', import.meta.url)))
const [bytes] = loaded['example.v1.HelloReply'].fileDescriptorProtos
const file = [fromBinary(FileDescriptorProtoSchema, bytes)]
file[0].messageType.flatMap(({ field }) => field).forEach((each) => (each.jsonName = each.name))
const registry = createFileRegistry(create(FileDescriptorSetSchema, { file }))
const Greetings = registry.getService('example.v1.Greetings')

const hello = () => ({ text: `hello, ${gate.current().claims.sub}` })
const routes = (router) => router.service(Greetings, { hello })

const listener = connectNodeAdapter({ routes, interceptors: [auth(gate)] })
const server = createServer(listener).listen(
  Number(process.env.PORT ?? 3000),
  '127.0.0.1',
  async () => {
    const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
    const url = `http://127.0.0.1:${server.address().port}/example.v1.Greetings/Hello`
    console.log(`curl --json '{}' -H 'Authorization: Bearer ${token}' ${url}`)
  },
)
