import { afterAll, beforeAll, expect, test } from 'vitest'
import * as api from '../../../src/api-spec/index.js'
import { createHandler, type FetchSetup } from '../../../src/api-spec/runtime/fetch.js'
import { parseCorpus } from '../../../tools/setup/api-corpus.mjs'
import { createWorkshop, type Workshop } from './project.js'

// That the code compiles is tested with the whole corpus; here it runs.
const files = {
  words: 'names-handlers-that-are-words.api',
  groups: 'names-groups-that-are-words.api',
  members: 'names-of-members-of-objects.api',
  query: 'names-of-members-in-the-query.api',
  globals: 'names-of-globals.api',
  guards: 'guards-named-like-the-language.api',
} as const
type Name = keyof typeof files

let workshop: Workshop
beforeAll(() => {
  const sources = Object.entries(files).map(([name, file]) => {
    const { spec } = parseCorpus(api, file)
    if (spec === undefined) throw new Error(`${file} is refused`)
    return [name, { text: spec, servers: ['fetch'] as const }]
  })
  workshop = createWorkshop(Object.fromEntries(sources))
  workshop.transpile()
})
afterAll(() => {
  workshop.remove()
})

/** A function of the generated client, or a group of them. */
type Call = (request?: object) => Promise<unknown>
type Calls = Readonly<Record<string, Call & Readonly<Record<string, Call>>>>

/** The generated client, in front of the generated server with these handlers. */
async function serve(name: Name, handlers: object): Promise<Calls> {
  const { createRoutes } = await workshop.load(`${name}/generated/routes`)
  const { createClient } = await workshop.load(`${name}/generated/client`)
  const routes = (createRoutes as (api: object) => FetchSetup<object, never>['routes'])(handlers)
  const handle = createHandler({ routes, gates: {}, services: {} })
  const fetch = (url: string, init: object) => handle(new Request(url, init))
  return (createClient as (options: object) => Calls)({ baseUrl: 'http://localhost', fetch })
}

const echo = ({ request }: { request: unknown }) => request

test('handlers that are named like words of the language are called each by its own function', async () => {
  const { spec } = parseCorpus(api, files.words)
  const paths = spec?.groups.flatMap(({ routes }) => routes.map(({ path }) => path)) ?? []
  expect(paths.length).toBeGreaterThanOrEqual(17)
  const seen: string[] = []
  const names = paths.map((path) => path.slice(1).replace(/^then$/, 'then_'))
  const handler = ({ path }: { path: string }) => void seen.push(path)
  const client = await serve('words', Object.fromEntries(names.map((name) => [name, handler])))
  for (const name of names) await client[name]?.()
  expect(seen).toEqual(paths)
})

test('groups that are named like words of the language have each its own handlers', async () => {
  const seen: string[] = []
  const get = ({ path }: { path: string }) => void seen.push(path)
  const group = { get }
  const client = await serve('groups', { then: group, constructor: group, default: group })
  for (const name of ['then', 'constructor', 'default']) await client[name]?.['get']?.()
  expect(seen).toEqual(['/a', '/b', '/c'])
})

test('members that every object inherits arrive in a body as they were sent, with the default of their own', async () => {
  const client = await serve('members', { save: echo })
  const names = ['constructor', 'toString', 'hasOwnProperty', 'arguments', 'then', 'prototype']
  const sent = Object.fromEntries(names.map((name) => [name, `my ${name}`]))
  const answer = await client['save']?.(sent)
  expect(Object.entries(answer as object).sort()).toEqual(
    Object.entries({ ...sent, valueOf: 'x' }).sort(),
  )
  const missing = client['save']?.({ ...sent, toString: undefined })
  await expect(missing).rejects.toMatchObject({ status: 400 })
  // A body cannot have it: a program that copies the object would set its prototype.
  const proto = JSON.parse(JSON.stringify(sent).replace('{', '{"__proto__":"p",')) as object
  await expect(client['save']?.(proto)).rejects.toMatchObject({ status: 400 })
})

test('members that every object inherits arrive in a query, a path and a header', async () => {
  const seen: unknown[] = []
  const get = ({ request }: { request: object }) => void seen.push(Object.entries(request).sort())
  const client = await serve('query', { get })
  await client['get']?.({ then: 'a/b' })
  const all = JSON.parse(
    '{"then":"t","constructor":"c","__proto__":"p","toString":"s","hasOwnProperty":"h"}',
  ) as object
  await client['get']?.(all)
  expect(seen).toEqual([
    [
      ['then', 'a/b'],
      ['toString', 'x'],
    ],
    Object.entries(all).sort(),
  ])
})

test('types that are named like globals have their members, and their server and client run', async () => {
  const watch = async function* () {
    await Promise.resolve()
    yield { a: 'one' }
  }
  const other = ({ request }: { request: { d: string } }) => ({ k: request.d })
  const save = ({ request }: { request: unknown }) => ({ c: [request] })
  const client = await serve('globals', { save, other, watch })
  expect(await client['save']?.({ b: { a: 'x' } })).toEqual({ c: [{ b: { a: 'x' } }] })
  await expect(client['save']?.({ b: {} })).rejects.toMatchObject({ status: 400 })
  expect(await client['other']?.({})).toEqual({ k: 'x' })
  const events: unknown[] = []
  for await (const event of (await client['watch']?.()) as AsyncIterable<unknown>)
    events.push(event)
  expect(events).toEqual([{ a: 'one' }])
})

test('guards that are named like words of the language have each a gate and a signer', async () => {
  const { createGates, createSigners } = await workshop.load('guards/generated/auth')
  const entry = (letter: string) =>
    `{"AccessSecret":"${letter}K9#vX2!mQ7@zT4$wL8%nB3^cR6&jH1*dF","AccessExpire":900}`
  const config = JSON.parse(
    `{"__proto__":${entry('a')},"constructor":${entry('b')},"default":${entry('c')}}`,
  ) as object
  const names = ['__proto__', 'constructor', 'default']
  type Made = (of: object) => object
  expect(Object.keys((createGates as Made)(config))).toEqual(names)
  const signers = (createSigners as Made)(config)
  const sign = Object.entries(signers).map(
    ([, signer]) => signer as (of: object) => Promise<string>,
  )
  const tokens = await Promise.all(sign.map((each) => each({ sub: 'a' })))
  expect(new Set(tokens.map((token) => token.split('.')[2])).size).toBe(3)
})
