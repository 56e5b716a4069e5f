import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { book, createWholeService, listen, listenerOf, type Site } from './whole-service.js'

// `npm run test:nodes -- clients` runs it under Bun, Deno and other versions of Node.
const named = process.env['CLIENT_RUNTIMES']
const runtimes =
  named === undefined
    ? { Node: [process.execPath] }
    : (JSON.parse(named) as Readonly<Record<string, readonly string[]>>) // written by tools/nodes.mjs

let whole: Awaited<ReturnType<typeof createWholeService>>
let site: Site
let refreshes = 0
beforeAll(async () => {
  whole = await createWholeService('transpile')
  const handle = listenerOf(whole.setup)
  const claims = { sub: 'alice', scope: 'items:write' }
  const accessToken = await whole.sign.Auth(claims)
  site = await listen((request, response) => {
    if (request.url !== '/refresh') {
      handle(request, response)
      return
    }
    refreshes++
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ accessToken, refreshToken: 'second', expiresIn: 900 }))
  })
})
afterAll(async () => {
  await site.close()
  whole.workshop.remove()
})

test.each(Object.entries(runtimes))(
  'a generated client makes every kind of call in %s, and its session refreshes',
  async (_name, [program = '', ...args]) => {
    refreshes = 0
    const sent = [...args, whole.workshop.path('whole/calls.js'), site.url, JSON.stringify(book)]
    const { stdout } = await promisify(execFile)(program, sent)
    // Bun says so of every text.
    expect(JSON.parse(stdout.replaceAll(';charset=utf-8', ''))).toEqual({
      refused: 401,
      me: { name: 'älice & co' },
      offers: [{ name: 'anyone' }, { name: 'alice' }],
      saved: { shop: 'a/b ü', by: 'alice', dry: true, item: book },
      ticks: [{ count: 1 }, { count: 2 }, { count: 3 }],
      whole: {
        title: 't',
        tags: ['a', 'b'],
        files: ['ü.txt text/plain one', 'blob image/png two'],
      },
      streamed: { title: 't', tags: [], files: ['ü.txt text/plain one', 'blob image/png two'] },
      ...{ late: 503, aborted: 'enough' },
    })
    expect(refreshes).toBe(1)
  },
)
