import { createServer, type RequestListener, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { jotgate } from './terminal.js'

const files = new Map<string, string>()
const servers: Server[] = []
let token = ''
let set = ''

beforeAll(async () => {
  await jotgate(['keygen', '--alg', 'ES256', '--kid', 'k1'], { files })
  set = files.get('jwks-k1.json') ?? ''
  const argv = ['--key', 'private-k1.pem', '--kid', 'k1', '--claims', '{}']
  token = (await jotgate(['sign', ...argv], { files })).stdout.trim()
})

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

afterAll(() => {
  expect(servers).toHaveLength(0)
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return `http://127.0.0.1:${String(address.port)}/jwks.json`
}

function verify(url: string) {
  const policy = ['--alg', 'ES256', '--any-issuer', '--any-audience']
  return jotgate(['verify', '--jwks', url, ...policy, token], { files })
}

describe('jotgate verify --jwks URL', () => {
  test('jotgate verify --jwks URL verifies with the set that the server publishes, asked once', async () => {
    let requests = 0
    const url = await serve((_, response) => {
      requests++
      response.end(set)
    })
    expect(await verify(url)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(requests).toBe(1)
  })

  test('jotgate verify --jwks URL leaves keys alone that are for something else', async () => {
    const published: { keys: unknown[] } = JSON.parse(set)
    const others = [
      { kty: 'RSA', use: 'enc', n: 'AQ', e: 'AQAB' },
      { kty: 'new', alg: 'NEW1' },
    ]
    const url = await serve((_, response) => {
      response.end(JSON.stringify({ keys: [...others, ...published.keys] }))
    })
    expect(await verify(url)).toMatchObject({ exitCode: 0 })
  })

  test('jotgate verify --jwks URL follows no redirect', async () => {
    const target = await serve((_, response) => response.end(set))
    const url = await serve((_, response) => response.writeHead(302, { location: target }).end())
    expect(await verify(url)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'KEYS_UNAVAILABLE: --jwks: the server answered 302\n',
    })
  })

  test.each([
    ['private keys', () => set.replace('"x"', '"d": "AA", "x"'), /contains private or secret keys/],
    ['secrets', () => '{"keys":[{"kty":"oct","k":"AAAA"}]}', /contains private or secret keys/],
    ['what is not JSON', () => '<html>', /not JSON/],
    ['more than 256 KiB', () => ' '.repeat(300_000) + set, /longer than 256 KiB/],
  ])('jotgate verify --jwks URL refuses an answer that holds %s', async (...[, body, line]) => {
    const url = await serve((_, response) => response.end(body()))
    const { exitCode, stderr } = await verify(url)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^KEYS_UNAVAILABLE: --jwks: .+\n$/)
    expect(stderr).toMatch(line)
  })

  test('jotgate verify --jwks URL says that a server cannot be reached', async () => {
    const url = await serve((_, response) => response.end(set))
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const outcome = await verify(url)
    expect(outcome.stderr).toBe('KEYS_UNAVAILABLE: --jwks: the server cannot be reached\n')
  })

  test.each([
    'http://example.com/jwks',
    'ftp://127.0.0.1/x',
    'https://a:b@example.com/',
    'http://[',
  ])('jotgate verify --jwks URL asks nothing of %s', async (url) => {
    const fetched: unknown[] = []
    const spy = (target: unknown) => {
      fetched.push(target)
      return Promise.reject(new Error('must not be asked'))
    }
    const argv = ['verify', '--jwks', url, '--alg', 'ES256', '--any-issuer', '--any-audience', 'x']
    expect(await jotgate(argv, { io: { fetch: spy } })).toMatchObject({ exitCode: 2 })
    expect(fetched).toEqual([])
  })
})
