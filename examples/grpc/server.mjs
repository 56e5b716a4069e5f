// A guarded gRPC server. Run it with `node server.mjs`; it prints a grpcurl line with a token that works.
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { createSigner, createVerifier, hmacKey, createGate, select } from 'jotgate'
import { auth, healthService } from 'jotgate/grpc'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }

const gate = createGate({
  verify: createVerifier({ keys: key, algorithms: ['HS256'], ...from }),
  select: select({ except: { prefix: healthService } }),
})

const hello = () => ({ text: `hello, ${gate.current().claims.sub}` })
const proto = fileURLToPath(new URL('greetings.proto', import.meta.url))
const { Greetings } = loadPackageDefinition(loadSync(proto)).example.v1

const server = new Server({ interceptors: [auth(gate)] })
server.addService(Greetings.service, {
  hello: (_call, answer) => answer(null, hello()),
  ticks: (call) => {
    const timer = setInterval(() => call.write(hello()), 100)
    call.on('cancelled', () => clearInterval(timer)) // the client hung up, or its token is no longer good
  },
})

const address = `127.0.0.1:${process.env.PORT ?? 3000}`
server.bindAsync(address, ServerCredentials.createInsecure(), async (_error, port) => {
  const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
  const header = `-H 'Authorization: Bearer ${token}'`
  console.log(
    `grpcurl -plaintext -proto greetings.proto ${header} 127.0.0.1:${port} example.v1.Greetings/Hello`,
  )
})
