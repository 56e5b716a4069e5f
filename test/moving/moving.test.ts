import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey } from '../../src/key/index.js'
import { openPage, type MovingPage, type Program } from './programs.js'
import { ask, requests } from './requests.js'

/** How each column of a page's table is started. */
const columns: Readonly<Record<string, readonly [file: string, env?: Record<string, string>]>> = {
  before: ['before.ts'],
  'while moving': ['after.ts', { MOVING: 'yes' }],
  after: ['after.ts'],
}
/** The pages, and in how many rows before and after differ at least. */
const pages = {
  jsonwebtoken: 8,
  'express-jwt': 8,
  jose: 8,
  'fastify-jwt': 8,
  'koa-jwt': 8,
  'hono-jwt': 8,
  nestjs: 8,
}

describe.each(Object.entries(pages))('moving from %s', (name, differing) => {
  let page: MovingPage
  let programs: readonly Program[]

  beforeAll(async () => {
    page = openPage(name)
    const [, ...named] = page.table('What clients see')[0] ?? []
    expect(named.length).toBeGreaterThanOrEqual(2)
    programs = await Promise.all(
      named.map((column) => {
        const [file, env] = columns[column] ?? []
        if (file === undefined) throw new Error(`no program is called "${column}"`)
        return page.start(file, env)
      }),
    )
  }, 90_000)
  afterAll(() => page.close())

  test('the table says what both programs answer', async () => {
    const [, ...rows] = page.table('What clients see')
    const said = rows.map(([request = '', ...cells]) => [request, ...cells.map(readCell)])
    const found = await Promise.all(
      rows.map(async ([request = '', ...cells]) => {
        const make = requests[request]
        if (!make) throw new Error(`no request is called "${request}"`)
        const fields = make({ secret: page.secret })
        const answers = programs.map(({ origin }) => ask(`${origin}/me`, fields))
        return [
          request,
          ...(await Promise.all(answers)).map((answer, at) => seen(answer, cells[at])),
        ]
      }),
    )
    expect(found).toEqual(said)
    expect(rows.length).toBeGreaterThanOrEqual(10)
    expect(rows.filter((cells) => cells[1] !== cells.at(-1)).length).toBeGreaterThanOrEqual(
      differing,
    )
    for (const must of ['a new token', 'a new token, signed with another key', 'no token'])
      expect(rows.map(([request]) => request)).toContain(must)
  })
})

interface Cell {
  readonly status: number
  readonly texts: readonly string[]
}

function readCell(cell: string): Cell {
  return { status: Number(cell.slice(0, 3)), texts: textsOf(cell) }
}

function textsOf(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)
}

/** The texts of the cell that are in the answer; else the answer's own, for the reader of a failure. */
function seen({ status, text }: { status: number; text: string }, cell = ''): Cell {
  const texts = textsOf(cell)
  const isThere = texts.length > 0 && texts.every((each) => text.includes(each))
  return { status, texts: isThere ? texts : [text] }
}

test('a secret below the length of its hash is refused at the start', () => {
  for (const [length, algorithm] of [
    [32, 'HS256'],
    [48, 'HS384'],
    [64, 'HS512'],
  ] as const) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 167 + 13) % 256)
    expect(() => hmacKey(bytes.subarray(1), algorithm)).toThrow(ConfigError)
    expect(hmacKey(bytes, algorithm)).toBeDefined()
  }
})
