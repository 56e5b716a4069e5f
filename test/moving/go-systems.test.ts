import { readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  credentials,
  makeClientConstructor,
  Metadata,
  type status,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { bigInteger, rows as known } from '../parity/rows.js'
import { type Row } from '../parity/outcomes.js'
import { jotgate } from '../cli/terminal.js'
import { runService } from '../service/running-service.js'
import { freePort } from '../setup/server.js'
import { shortSecret } from '../setup/short-secret.js'
import { compileSnippets } from '../setup/snippets.js'
import { describeVectors } from '../vectors/find.js'
import { goRequests, goToken, recorded, type GoSecrets } from './go-tokens.js'
import { openPage, type MovingPage, type Program } from './programs.js'

const kratosTable = 'What callers of Kratos see'
const goZeroTable = 'What callers of go-zero see'
let page: MovingPage
beforeAll(() => {
  page = openPage('kratos-and-go-zero')
})
afterAll(() => page.close())

/** The table's rows, without its head. */
const rowsOf = (heading: string) => page.table(heading).slice(1)

/** What answers a column's requests, as its cells say it. */
type Asked = (authorization: string | undefined) => Promise<string>

/** Sends each request of a table to what its columns name, and compares cell by cell. */
async function expectTable(
  heading: string,
  secrets: GoSecrets,
  columns: Readonly<Record<string, Asked>>,
) {
  const [, ...named] = page.table(heading)[0] ?? []
  const rows = rowsOf(heading)
  const found = await Promise.all(
    rows.map(async ([request = '', ...cells]) => {
      const make = goRequests[request]
      if (!make) throw new Error(`no request is called "${request}"`)
      const authorization = make(secrets)
      const answers = named.map(
        (column, at) => columns[column]?.(authorization) ?? Promise.resolve(cells[at]),
      )
      return [request, ...(await Promise.all(answers))]
    }),
  )
  expect(found).toEqual(rows)
  expect(rows.length).toBeGreaterThanOrEqual(12)
  expect(named.filter((column) => column in columns)).toHaveLength(2)
}

async function askHttp({ origin }: Program, authorization: string | undefined): Promise<Response> {
  const headers = authorization === undefined ? {} : { authorization }
  return fetch(`${origin}/v1/me`, { headers })
}

test('tokens are written here as golang-jwt writes them', () => {
  const claims = { name: 'xiaoli' }
  const token = goToken({ secret: 'testKey', claims, header: { test: 'test' } })
  const [header = '', payload] = token.split('.')
  expect(Buffer.from(header, 'base64url').toString()).toBe(
    '{"alg":"HS256","test":"test","typ":"JWT"}',
  )
  expect(payload).toBe('eyJuYW1lIjoieGlhb2xpIn0')
  const escaped = goToken({ secret: 'testKey', claims: { b: '<&>', a: 1n } }).split('.')[1] ?? ''
  expect(Buffer.from(escaped, 'base64url').toString()).toBe('{"a":1,"b":"\\u003c\\u0026\\u003e"}')
})

describe('Kratos', () => {
  let env: Record<string, string>
  let program: Program
  beforeAll(async () => {
    env = { GRPC_PORT: String(await freePort()) }
    program = await page.start('kratos.ts', env)
  }, 90_000)

  test('the table says what the program answers, over HTTP and over gRPC', async () => {
    const address = `127.0.0.1:${env['GRPC_PORT'] ?? ''}`
    const { 'user.v1.Users': service } = loadSync(`${page.folder}users.proto`)
    const Users = makeClientConstructor(service as ServiceDefinition, 'Users') // what the file declares
    const users = new Users(address, credentials.createInsecure())
    const http: Asked = async (authorization) => {
      const answer = await askHttp(program, authorization)
      const body = (await answer.json()) as Record<string, unknown> // compared below, member by member
      if (answer.status === 200) return `200 \`${String(body['subject'])}\``
      const { message, ...rest } = body
      expect(rest).toEqual({ code: answer.status, reason: 'UNAUTHORIZED', metadata: {} })
      return `${String(answer.status)} \`${String(message)}\``
    }
    const grpc: Asked = (authorization) =>
      new Promise((resolve) => {
        const metadata = new Metadata()
        if (authorization !== undefined) metadata.set('authorization', authorization)
        const answer = (error: { code: status } | null, reply?: { subject: string }) => {
          resolve(error ? String(error.code) : `0 \`${String(reply?.subject)}\``)
        }
        users['me']?.({}, metadata, answer)
      })
    try {
      const columns = { 'after, HTTP': http, 'after, gRPC': grpc }
      await expectTable(kratosTable, { secret: page.secret }, columns)
    } finally {
      users.close()
    }
  })

  test('what no rule covers is open, as there', async () => {
    expect(await (await fetch(`${program.origin}/healthz`)).text()).toBe('ok')
  })

  test('the client signs tokens that the server takes, over both', () => {
    const { port } = new URL(program.origin)
    const { stdout, stderr } = spawnSync(process.execPath, [`${page.folder}kratos-client.js`], {
      env: { PATH: process.env['PATH'], PORT: port, JWT_SECRET: page.secret, ...env },
      encoding: 'utf8',
    })
    const caller = { subject: 'orders', role: 'service' }
    const said = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect({ said, stderr }).toEqual({
      said: expect.arrayContaining([{ http: caller }, { grpc: caller }]),
      stderr: '',
    })
    expect(said).toHaveLength(2)
  })
})

describe('go-zero', () => {
  beforeAll(() => generate(), 120_000)

  test('go-zero’s .api file is read as it is, and as goctl reads it', async () => {
    for (const mode of [[], ['--mode', 'goctl']]) {
      const { exitCode, stdout } = await jotgate([
        'api',
        'parse',
        ...mode,
        `${page.folder}user.api`,
      ])
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
      expect(stdout).toMatch(/^get +\/v1\/me +jwt Auth +Me$/m)
      expect(stdout).toMatch(/^get +\/healthz +open +Health$/m)
    }
  })

  test('the table says what the programs answer, and a transition takes both secrets', async () => {
    const previous = randomBytes(48).toString('base64url')
    const env = { ACCESS_SECRET: page.secret, PREV_SECRET: previous }
    const [byHand, fromFile] = await Promise.all([
      page.start('go-zero.ts', env),
      page.start('main.ts', env),
    ])
    const asking =
      (program: Program): Asked =>
      async (authorization) => {
        const answer = await askHttp(program, authorization)
        const text = await answer.text()
        return `${String(answer.status)}${text === '' ? '' : ` \`${text}\``}`
      }
    await expectTable(
      goZeroTable,
      { secret: page.secret, previous },
      {
        'after, by hand': asking(byHand),
        'after, from the .api file': asking(fromFile),
      },
    )
    for (const { origin } of [byHand, fromFile])
      expect((await fetch(`${origin}/healthz`)).ok).toBe(true)
  }, 120_000)

  test('the service takes the words of its configuration', async () => {
    const secrets = {
      ACCESS_SECRET: page.secret,
      REFRESH_SECRET: randomBytes(48).toString('base64'),
    }
    const file = { JOTGATE_CONFIG: `${page.folder}user-api.yaml` }
    const { code, output } = await runService({ ...file, ...secrets }, ['check-config'])
    expect({ code, output }).toMatchObject({ code: 0 })
    for (const said of [
      'live 1 h, signed by HS256 with a shared secret',
      'end after 7 d',
      'port 8888',
    ])
      expect(output).toContain(said)
  })

  describe('a short AccessSecret', () => {
    const uuid = 'ad879037-c7a4-4063-9236-6bfc35d54b7d'
    const until = shortSecret['short-secret']
    const accepting = { ACCESS_SECRET: uuid, JOTGATE_ACCEPT: `short-secret:${until}` }
    const status = async (program: Program, secret: string) =>
      (await askHttp(program, goRequests['a token of golang-jwt']?.({ secret }))).status

    test('the program of the page starts with it until a day, and takes tokens of the Go services', async () => {
      const said = (env: Record<string, string>) => {
        const inherited = { PATH: process.env['PATH'], PORT: '0' }
        const options = { env: { ...inherited, ...env }, encoding: 'utf8' } as const
        return spawnSync(process.execPath, [`${page.folder}main.js`], options).stderr
      }
      expect(said({ ACCESS_SECRET: uuid })).toMatch(/is a UUID/)
      expect(said({ ...accepting, JOTGATE_ACCEPT: 'short-secret:2026-01-01' })).toMatch(
        /2026-01-01/,
      )
      const program = await page.start('main.ts', accepting)
      expect(await status(program, uuid)).toBe(200)
      expect(await status(program, `${uuid}x`)).toBe(401)
    }, 120_000)

    test('by jwtTransition the program takes tokens of it and of the next secret', async () => {
      const folder = `${page.folder}changing/`
      const api = readFileSync(`${page.folder}user.api`, 'utf8')
      writeFileSync(`${folder}user.api`, api.replace(/jwt: +Auth/, 'jwtTransition: Auth'))
      await generate({ folder, files: { 'main.ts': 'changing/main.ts' } })
      const program = await page.start('changing/main.ts', {
        ...accepting,
        NEXT_SECRET: page.secret,
      })
      expect(await status(program, uuid)).toBe(200)
      expect(await status(program, page.secret)).toBe(200)
      expect(await status(program, `${uuid}x`)).toBe(401)
    }, 120_000)
  })

  /** What the page's command writes, compiled with the page's own handlers and program. */
  async function generate({ folder = page.folder, files = {} }: Written = {}) {
    const own = ['main.ts', 'handlers.ts']
    const text = readFileSync(
      new URL('../../docs/moving/kratos-and-go-zero.md', import.meta.url),
      'utf8',
    )
    const command = ['api', 'generate', '--out', folder, `${folder}user.api`]
    const { exitCode, stdout, stderr } = await jotgate(command)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const written = [...stdout.matchAll(/^written {2}(\S+\.ts)$/gm)].map(([, name = '']) => name)
    expect(written).toEqual(expect.arrayContaining(own))
    for (const name of own) writeFileSync(folder + name, blockOf(text, files[name] ?? name))
    const sources = written.map((name) => [name, readFileSync(folder + name, 'utf8')])
    expect(compileSnippets(folder, Object.fromEntries(sources))).toEqual([])
  }
})

/** Where the command writes, and which blocks of the page are for which files. */
interface Written {
  readonly folder?: string
  readonly files?: Readonly<Record<string, string>>
}

function blockOf(text: string, file: string): string {
  const [, code] = text.split(`\`\`\`ts file=${file}\n`)
  if (code === undefined) throw new Error(`the page has no ${file}`)
  return code.split('```')[0] ?? ''
}

/** What was recorded of the two systems, as the tables' cells say it. */
const cell = {
  Kratos: ({ kratos }: Row) =>
    typeof kratos === 'string' ? kratos.replace(/^(\d+) UNAUTHORIZED "(.*)"$/, '$1 `$2`') : '200',
  goZero: ({ gozero }: Row) => String(gozero.status),
}

/** The rows that were recorded, with what the page says of each system. */
function compareWith(rows: readonly Row[]): number {
  const byName = new Map(rows.map((row) => [row.name, row]))
  let compared = 0
  for (const [heading, tell] of [
    [kratosTable, cell.Kratos],
    [goZeroTable, cell.goZero],
  ] as const) {
    for (const [request = '', said = ''] of rowsOf(heading)) {
      const row = byName.get(recorded[request] ?? '')
      if (!row) continue
      const told = tell(row)
      expect([request, told === said || (told === '200' && said.startsWith('200 '))]).toEqual([
        request,
        true,
      ])
      compared += 1
    }
  }
  return compared
}

test('the columns of Kratos and go-zero are what is known of them', () => {
  expect(compareWith([...known, bigInteger])).toBeGreaterThanOrEqual(8)
})

describeVectors('the columns of Kratos and go-zero on the page', (read) => {
  it('the columns of Kratos and go-zero on the page are what was recorded of them', () => {
    const { cases } = read.json('go-originals/jwt_outcomes.json') as { cases: readonly Row[] } // pinned
    expect(compareWith(cases)).toBeGreaterThanOrEqual(16)
  })
})
