import { writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { registerClients, type TestClient } from '../oauth/clients-of.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'

/** A first-party page at another host. */
export const firstParty = 'https://pages.example'
/** The service's own page. */
export const own = 'https://auth.example'
/** Of bob. */
export const password = 'a password that is long enough'
const app = {
  ...({ kind: 'public', grants: ['refresh_token'], audiences: ['api'] } as const),
  scopes: ['profile:read', 'profile:write'],
}
/** The registered clients. */
export const plan = {
  shop: { ...app, name: 'Shop', origins: ['https://shop.example', 'http://localhost:5173'] },
  forum: { ...app, name: 'Forum', origins: ['https://forum.example:8443'] },
  leaving: { ...app, name: 'Leaving', origins: ['https://leaving.example'] },
} as const
/** Pages of the two. */
export const [shopPage, devPage] = plan.shop.origins
export const [forumPage] = plan.forum.origins

let env: Readonly<Record<'JOTGATE_CONFIG' | 'DATA_DIR', string>>
let service: RunningService
let registered: Readonly<Record<keyof typeof plan, TestClient>>

/** The id of a registered client. */
export const idOf = (name: keyof typeof plan) => registered[name].id

/** Runs a command beside the service. */
export const runBeside = (args: string[]) => runService(env, args)

/** Starts a service for the tests of a file, and stops it after them. */
export function useService(): void {
  const folder = temporaryFolder()
  beforeAll(async () => {
    const config = join(folder.path, 'jotgate.yaml')
    env = { JOTGATE_CONFIG: config, DATA_DIR: folder.path }
    writeFileSync(
      config,
      `issuer: ${own}\naudience: api\nhosts: [auth.example]\norigins: [${own}, ${firstParty}]\n` +
        'loginLimits: { address: 3 }\n',
    )
    const added = await runService(env, ['user', 'add', 'bob', 'admin'], password)
    if (added.code !== 0) throw new Error(added.output)
    registered = await registerClients(folder.path, plan, 'configured')
    service = await startService({ dataDir: folder.path, env: { JOTGATE_CONFIG: config } })
  })
  afterAll(async () => {
    await service.stop()
    folder.remove()
  })
}

/** An answer, with all of its headers. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
}
interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string
}

/** By `node:http`, which sends each header as it is given. */
export async function send(
  path: string,
  { method = 'POST', headers = {}, body }: Sent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(service.origin + path, { method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const read = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: read })
      })
    })
    sent.on('error', (error) => {
      reject(new Error(`${error.message}; the service: ${service.output()}`))
    })
    sent.end(body)
  })
}

/** What a browser says of a page of another site. */
export const of = (origin: string) => ({ origin, 'sec-fetch-site': 'cross-site' })
/** What a browser asks before it sends. */
export const preflight = (origin: string | string[], path = '/user/login', method = 'POST') =>
  send(path, {
    method: 'OPTIONS',
    headers: {
      ...{ origin, 'access-control-request-method': method },
      'access-control-request-headers': 'authorization,content-type',
      'sec-fetch-site': 'cross-site',
    },
  })
/** A post of a page. */
export const postJson = (path: string, origin: string, body: object) =>
  send(path, {
    headers: { ...of(origin), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
/** A form that a page sends. */
export const postForm = (path: string, origin: string, form: Record<string, string>) =>
  send(path, {
    headers: { ...of(origin), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
/** Bob's login by a page. */
export const login = (origin: string, clientId?: string) =>
  postJson('/user/login', origin, {
    ...{ username: 'bob', password },
    ...(clientId === undefined ? {} : { clientId }),
  })
/** A call of a page with a token. */
export const get = (path: string, origin: string, token: unknown) =>
  send(path, {
    method: 'GET',
    headers: { ...of(origin), authorization: `Bearer ${String(token)}` },
  })
/** Which of the headers of CORS an answer has. */
export const corsOf = ({ headers }: Answer) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))
/** Expects that a page of this origin can read the answer. */
export const readableBy = (origin: string, { headers }: Answer) => {
  expect(headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after, www-authenticate',
    vary: 'Origin',
  })
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
}
/** Expects a refusal that no page can read. */
export const isRefused = (answer: Answer) => {
  expect([answer.status, corsOf(answer)]).toEqual([403, []])
  expect(JSON.stringify(answer.body)).toContain('a page of another origin sent this request')
}
