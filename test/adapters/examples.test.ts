import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  credentials,
  makeClientConstructor,
  Metadata,
  status,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { describe, expect, test } from 'vitest'

interface Printed {
  readonly token: string
  /** What comes after the token. */
  readonly rest: string
}

/** Starts an example, reads the line it prints, and stops it. The examples import the built package by its name. */
async function withExample(name: string, use: (printed: Printed) => Promise<void>): Promise<void> {
  const file = fileURLToPath(new URL(`../../examples/${name}/server.mjs`, import.meta.url))
  const example = spawn(process.execPath, [file], { env: { ...process.env, PORT: '0' } })
  try {
    const [line] = (await once(createInterface(example.stdout), 'line')) as [string]
    const { token = '', rest = '' } =
      /Bearer (?<token>[^']+)' (?<rest>.+)$/.exec(line)?.groups ?? {}
    await use({ token, rest })
  } finally {
    example.kill()
    await once(example, 'exit')
  }
}

describe.each(['node', 'express', 'fastify', 'koa', 'hono', 'fetch', 'nest'])(
  'examples/%s',
  (name) => {
    test('the example prints a working curl line, and refuses the call without its token', () =>
      withExample(name, async ({ token, rest: url }) => {
        const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
        expect([answer.status, await answer.text()]).toEqual([200, 'hello, alice\n'])
        expect((await fetch(url)).status).toBe(401)
        expect((await fetch(`${url}healthz`)).status).toBe(200)
      }))
  },
)

test('examples/connect prints a working curl line, and refuses the call without its token', () =>
  withExample('connect', async ({ token, rest: url }) => {
    const post = (headers: Record<string, string>) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{}',
      })
    const answer = await post({ authorization: `Bearer ${token}` })
    expect(await answer.json()).toEqual({ text: 'hello, alice' })
    const refused = await post({})
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="api"')
    expect(await refused.json()).toMatchObject({ code: 'unauthenticated' })
  }))

test('examples/grpc prints a working command line, and refuses the call without its token', () =>
  withExample('grpc', async ({ token, rest }) => {
    const [address = ''] = rest.split(' ')
    const proto = fileURLToPath(new URL('../../examples/grpc/greetings.proto', import.meta.url))
    const service = loadSync(proto)['example.v1.Greetings'] as ServiceDefinition // as the file says
    const Client = makeClientConstructor(service, 'Greetings')
    const client = new Client(address, credentials.createInsecure())
    const hello = (metadata: Metadata) =>
      new Promise((resolve) => {
        client['Hello']?.({}, metadata, (error: { code: number } | null, answer: unknown) => {
          resolve(error ? error.code : answer)
        })
      })
    const metadata = new Metadata()
    expect(await hello(metadata)).toBe(status.UNAUTHENTICATED)
    metadata.set('authorization', `Bearer ${token}`)
    expect(await hello(metadata)).toEqual({ text: 'hello, alice' })
    client.close()
  }))
