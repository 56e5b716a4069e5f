import { once } from 'node:events'
import { request as send, type IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { text as readText } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RequestCall, type Uploads } from '../../../src/api-spec/runtime/call.js'
import { open, type RouteOptions } from '../../../src/api-spec/runtime/route.js'
import { object, text } from '../../../src/api-spec/runtime/schema/index.js'
import { connections, end, field, file, head, hosts, type Running } from './upload-hosts.js'

const megabyte = 1024 * 1024
interface Picture {
  readonly title?: string
}
const Picture = object<Picture>(() => [
  { name: 'title', from: 'form', optional: true, read: text() },
])
type Handler = (call: RequestCall<object, Picture> & Uploads) => unknown

/** What the handlers of a test say of a call, to be waited for. */
let said: {
  begun: () => void
  ended: (error: unknown, signal: AbortSignal) => void
  go: Promise<void>
}

const rules = { maxFiles: 2, stream: true } as const
const post = (path: string, handler: Handler, more: Partial<RouteOptions<object>> = {}) =>
  open<object, Picture, unknown>(
    { method: 'POST', path, form: rules, maxBytes: 300 * megabyte, ...more },
    Picture,
    handler,
  )
const collect: Handler = async ({ request, uploads }) => {
  const files: unknown[] = []
  for await (const file of uploads)
    files.push([file.field, file.name, file.type, await readText(file)])
  return { ...request, files }
}
const small = { form: { ...rules, maxFileBytes: 10, fileTypes: ['text/plain'] } }
const routes = [
  post('/collect', collect, { maxBytes: 3 * megabyte }),
  post('/small', collect, small),
  post(
    '/deaf',
    async ({ uploads }) => {
      try {
        for await (const file of uploads) await readText(file)
      } catch {
        return { said: 'fine' }
      }
      return undefined
    },
    small,
  ),
  post(
    '/names',
    async ({ uploads }) => {
      const names: string[] = []
      for await (const { name } of uploads) names.push(name)
      return { names }
    },
    small,
  ),
  post('/early', () => ({ said: 'early' })),
  post('/late', async ({ uploads }) => {
    const files: AsyncIterable<Uint8Array>[] = []
    for await (const file of uploads) files.push(file)
    return { texts: await Promise.all(files.map((file) => readText(file))) }
  }),
  post('/both', async ({ uploads }) => {
    for await (const file of uploads) void readText(file).catch(() => undefined)
    return {}
  }),
  post('/count', async ({ uploads }) => {
    let length = 0
    let most = 0
    for await (const file of uploads)
      for await (const piece of file) {
        if (
          Math.floor(length / (20 * megabyte)) !==
          Math.floor((length += piece.length) / (20 * megabyte))
        )
          most = Math.max(most, memory())
      }
    return { length, most }
  }),
  post('/wait', async ({ uploads, signal }) => {
    try {
      for await (const file of uploads)
        for await (const piece of file) {
          if (piece.length === 0) continue
          said.begun()
          await said.go
        }
    } catch (error) {
      said.ended(error, signal)
      throw error
    }
    return {}
  }),
]
const setup = { routes, gates: {}, services: {} }

/** Bytes that something still holds. */
function memory(): number {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

describe.each(Object.entries(hosts))('uploads on %s', (name, start) => {
  let running: Running
  beforeAll(async () => {
    running = await start(setup)
  })
  afterAll(() => running.close())

  const begin = (path: string, headers: Record<string, string> = {}) =>
    send(running.origin + path, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'multipart/form-data; boundary=x', ...headers },
    })
  const upload = async (path: string, body: string, headers?: Record<string, string>) => {
    const call = begin(path, headers)
    call.end(body)
    return answerOf(once(call, 'response'))
  }
  const answerOf = async (coming: Promise<unknown[]>) => {
    const [answer] = (await coming) as [IncomingMessage]
    const body: unknown = JSON.parse(await readText(answer))
    return { status: answer.statusCode, body: body as Record<string, unknown> }
  }

  test(`${name} hands over the fields, and then each file of a form`, async () => {
    const empty = file('', '', 'application/octet-stream')
    const body =
      empty +
      field('title', 'ü') +
      file('a.txt', 'one') +
      empty +
      file('b', 'two', 'Image/PNG') +
      end
    expect(await upload('/collect', body)).toEqual({
      status: 200,
      body: {
        title: 'ü',
        files: [
          ['file', 'a.txt', 'text/plain', 'one'],
          ['file', 'b', 'image/png', 'two'],
        ],
      },
    })
    expect(await upload('/collect', file('', 'nameless') + end)).toMatchObject({
      body: { files: [['file', '', 'text/plain', 'nameless']] },
    })
    expect(await upload('/collect', field('title', 'a') + end)).toEqual({
      status: 200,
      body: { title: 'a', files: [] },
    })
    const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await upload('/collect', 'title=b', urlencoded)).toEqual({
      status: 200,
      body: { title: 'b', files: [] },
    })
  })

  const one = file('a', 'one')
  const long = file('a', 'eleven byte')
  const page = file('a', 'one', 'text/html')
  type Sent = readonly [path: string, body: string]
  test.each<[string, number, Sent]>([
    ['a third file', 413, ['/small', one + one + one + end]],
    ['a file that is too long', 413, ['/small', one + long + end]],
    ['a file of another type', 415, ['/small', one + page + end]],
    ['a body that is too long', 413, ['/collect', file('a', 'a'.repeat(3 * megabyte)) + end]],
    ['fields that are too long', 413, ['/early', field('title', 'a'.repeat(megabyte + 1)) + end]],
    ['too many fields', 413, ['/early', field('a', '').repeat(1001) + end]],
    ['a field after a file', 400, ['/small', one + field('title', 'a') + end]],
    ['a field twice', 400, ['/small', field('title', 'a').repeat(2) + end]],
    ['a file without an end', 400, ['/small', `${one}${head('file', 'a')}half`]],
    ['a form without an end', 400, ['/small', one]],
    ['no form', 400, ['/small', 'canary']],
    ['a file that is too long, though the handler goes on', 413, ['/deaf', long + end]],
    ['a file that is too long, though nobody reads it', 413, ['/names', long + end]],
  ])(`${name} refuses %s with %i`, async (_what, status, [path, body]) => {
    const answer = await upload(path, body)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).not.toContain('canary')
  })

  test(`${name} takes no long body into memory where files are streamed`, async () => {
    const long = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await upload('/early', `title=${'a'.repeat(megabyte)}`, long)).status).toBe(413)
    const json = { 'content-type': 'application/json' }
    expect((await upload('/early', `"${'a'.repeat(megabyte)}"`, json)).status).toBe(413)
    const zipped = { 'content-encoding': 'gzip' }
    expect((await upload('/early', one + end, zipped)).status).toBe(415)
    const nameless = { 'content-type': 'multipart/form-data' }
    expect((await upload('/early', one + end, nameless)).status).toBe(400)
  })

  test(`${name} answers though the handler has not read the files`, async () => {
    const body = file('a', 'a'.repeat(2 * megabyte)) + end
    expect(await upload('/early', body)).toEqual({ status: 200, body: { said: 'early' } })
  })

  test(`${name} answers 500 to a handler that reads a file late, or two at once`, async () => {
    expect((await upload('/late', one + one + end)).status).toBe(500)
    const body = file('a', 'a'.repeat(megabyte)) + one + end
    expect((await upload('/both', body)).status).toBe(500)
  })

  /** A form with one file of so many megabytes, made of one and the same piece. */
  function* megabytes(count: number, onSent: (count: number) => void = () => undefined) {
    const piece = Buffer.alloc(megabyte, 'a')
    yield Buffer.from(head('file', 'big'))
    for (let sent = 0; sent < count; sent++) {
      onSent(sent)
      yield piece
    }
    yield Buffer.from(`\r\n${end}`)
  }

  test(`${name} holds no more than a few megabytes of a file of 200`, async () => {
    const before = memory()
    const call = begin('/count')
    const answer = answerOf(once(call, 'response'))
    await pipeline(megabytes(200), call)
    const { status, body } = await answer
    expect(status).toBe(200)
    expect(body['length']).toBe(200 * megabyte)
    expect(Number(body['most']) - before).toBeLessThan(64 * megabyte)
  }, 60_000)

  test(`${name} lets a caller send no faster than the handler reads, and frees what it left behind`, async () => {
    let go: () => void = () => undefined
    const ended = new Promise<readonly [unknown, AbortSignal]>((resolve) => {
      said = {
        begun: () => undefined,
        ended: (...what) => {
          resolve(what)
        },
        go: new Promise((done) => {
          go = done
        }),
      }
    })
    const begun = new Promise<void>((resolve) => {
      said.begun = resolve
    })
    let sent = 0
    const call = begin('/wait')
    const sending = pipeline(
      megabytes(200, (count) => {
        sent = count
      }),
      call,
    ).catch(() => undefined)
    await begun
    // What two sockets hold is sent at once; then nothing moves.
    for (let before = -1; before !== sent;) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(sent).toBeLessThan(100)
    call.destroy()
    go()
    await sending
    const [error, signal] = await ended
    expect(error).toMatchObject({ name: 'RequestError' })
    await expect.poll(() => signal.aborted).toBe(true)
    await expect.poll(() => connections(running.server)).toBe(0)
  }, 60_000)
})
