import { Client, credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js'
import { makeGate } from './gate.mjs'

/** @import { Running } from './load.mjs' */

/** One unary method whose messages are bytes, so that nothing but the call itself is measured. */
const same = (/** @type {Buffer} */ bytes) => bytes
const path = '/bench.Hello/Say'
const method = {
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
}
const body = Buffer.from('hello')
const calls = 16
/** @type {number} */
const ok = status.OK

/** @type {import('./frameworks.mjs').Start} */
export async function startGrpc(contender, trust) {
  const { auth } = await import('jotgate/grpc')
  const server = new Server(
    contender === 'none' ? {} : { interceptors: [auth(makeGate(trust, contender))] },
  )
  server.addService(
    { say: method },
    {
      say: (
        /** @type {unknown} */ _call,
        /** @type {import('@grpc/grpc-js').sendUnaryData<Buffer>} */ answer,
      ) => {
        answer(null, body)
      },
    },
  )
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error)
      else resolve(port)
    })
  })
}

/**
 * As `slice` of load.mjs, for unary calls.
 *
 * @param {Running} running
 * @param {readonly string[]} tokens
 * @param {number} milliseconds
 */
export async function sliceGrpc(running, tokens, milliseconds) {
  const client = connect(running)
  let answered = 0
  const before = await running.cpu()
  const start = performance.now()
  const loop = async (/** @type {number} */ first) => {
    for (let i = first; performance.now() - start < milliseconds; i += calls) {
      const code = await ask(client, tokens[i % tokens.length])
      if (code !== ok) throw new Error(`a server refused what it has to take: ${code}`)
      answered++
    }
  }
  await Promise.all(Array.from({ length: calls }, (_, first) => loop(first)))
  const wall = ((performance.now() - start) * 1e6) / answered
  const cpu = ((await running.cpu()) - before) * (1000 / answered)
  client.close()
  return { wall, cpu }
}

/**
 * As `prove` of load.mjs.
 *
 * @param {Running} running
 * @param {{ good: readonly string[], bad: string }} tokens
 * @param {boolean} isGuarded
 */
export async function proveGrpc(running, { good, bad }, isGuarded) {
  const client = connect(running)
  const answers = [await ask(client, good[0]), await ask(client, bad), await ask(client, undefined)]
  client.close()
  const { OK, UNAUTHENTICATED } = status
  const expected = isGuarded ? [OK, UNAUTHENTICATED, UNAUTHENTICATED] : [OK, OK, OK]
  if (String(answers) !== String(expected))
    throw new Error(`a server takes and refuses the wrong tokens: ${answers.join(' ')}`)
}

/** @param {Running} running */
function connect({ url }) {
  return new Client(new URL(url).host, credentials.createInsecure())
}

/**
 * @param {Client} client
 * @param {string | undefined} token
 * @returns {Promise<number>} the status code
 */
function ask(client, token) {
  const metadata = new Metadata()
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, body, metadata, (error) => {
      resolve(error ? error.code : status.OK)
    })
  })
}
