/** What a person writes into the project that is generated from whole.api, by path. */
export const wholeFiles = {
  'main.ts': 'export {}\n',
  'services.ts': `import { type Config } from './generated/config.js'
export interface Services { readonly config: Config; readonly log: string[] }
`,
  'middleware/audit.ts': `import { type Middleware } from '../generated/service.js'
export const auditMiddleware: Middleware = async (call, next) => {
  call.services.log.push(call.method + ' ' + call.path)
  return next()
}
`,
  'handlers.ts': `import { text } from 'node:stream/consumers'
import { HttpError, problemOf } from 'jotgate/api-spec/runtime'
import { createSigners } from './generated/auth.js'
import { type WholeApi } from './generated/service.js'

export const handlers: WholeApi = {
  login: async ({ request, services }) => {
    if (request.password !== 'open sesame') throw new HttpError(401, problemOf(401, 'invalid_credentials'))
    const now = Math.floor(Date.now() / 1000)
    const own = { sub: request.username, auth_time: now, scope: 'items:write', roles: ['admin'] }
    return { accessToken: await createSigners(services.config)['Auth'](own) }
  },
  offers: ({ claims }) => ({ name: claims?.sub ?? 'anyone' }),
  shopItems: {
    save: ({ request, claims, setHeader }) => {
      const { shop, dry, 'X-Trace': trace, ...item } = request
      if (trace !== undefined) setHeader('x-trace', trace)
      return { shop, by: claims.sub ?? '', dry, item }
    },
  },
  account: {
    remove: () => undefined,
    changeCard: ({ claims }) => ({ name: claims.sub ?? '' }),
    slow: ({ signal }) => new Promise((resolve) => { signal.addEventListener('abort', () => { resolve(undefined) }) }),
    watch: async function* () {
      for (let count = 1; count <= 3; count++) yield { count }
    },
    upload: async ({ request, files }) => {
      const texts = files('file').map(async (file) => file.name + ' ' + file.type + ' ' + await file.text())
      return { title: request.title ?? '', tags: request.tag ?? [], files: await Promise.all(texts) }
    },
    stream: async ({ request, uploads }) => {
      const files: string[] = []
      for await (const file of uploads) files.push(file.name + ' ' + file.type + ' ' + await text(file))
      return { title: request.title ?? '', tags: request.tag ?? [], files }
    },
  },
  partner: { me: ({ claims }) => ({ name: claims.sub ?? '' }) },
}
`,
  'calls.ts': `import { argv } from 'node:process'
import { ApiError } from 'jotgate/api-spec/client'
import { fromSession } from 'jotgate/client'
import { createClient } from './generated/client.js'

const [baseUrl = '', item = '{}'] = argv.slice(2)
const open = createClient({ baseUrl })
const refused = await open.account.remove().catch((error: unknown) => error instanceof ApiError && error.status)
const { accessToken } = await open.login({ username: 'älice & co', password: 'open sesame' })
const logged = createClient({ baseUrl, source: { grant: () => Promise.resolve({ token: accessToken }) } })
const source = fromSession({ endpoint: baseUrl + '/refresh', tabs: 'calls' })
await source.signIn({ accessToken: 'expired', refreshToken: 'first', expiresIn: 1 })
const client = createClient({ baseUrl, source })
const ticks: unknown[] = []
for await (const tick of await client.account.watch()) ticks.push(tick)
const files = { file: [new File(['one'], 'ü.txt', { type: 'text/plain' }), new Blob(['two'], { type: 'image/png' })] }
const signal = AbortSignal.abort(new Error('enough'))
console.log(JSON.stringify({
  refused,
  me: await logged.account.changeCard(),
  offers: [await open.offers(), await client.offers()],
  saved: await client.shopItems.save({ shop: 'a/b ü', dry: true, ...JSON.parse(item) }),
  ticks,
  whole: await client.account.upload({ title: 't', tag: ['a', 'b'] }, { files }),
  streamed: await client.account.stream({ title: 't' }, { files }),
  late: await client.account.slow().catch((error: unknown) => error instanceof ApiError && error.status),
  aborted: await client.offers({ signal }).catch((error: unknown) => error instanceof Error && error.message),
}))
source.close()
`,
  'page.ts': `import { ApiError } from 'jotgate/api-spec/client'
import { fromSession } from 'jotgate/client'
import { createClient } from './generated/client.js'
Object.assign(globalThis, { ApiError, createClient, fromSession })
`,
}
