import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type Uploads } from '../../../src/api-spec/runtime/call.js'
import { withUploads } from '../../../src/api-spec/runtime/uploads.js'
import { open } from '../../../src/api-spec/runtime/route.js'
import { nothing } from '../../../src/api-spec/runtime/schema/index.js'
import { connections, end, head, hosts } from './upload-hosts.js'

describe('a body that a handler leaves unread', () => {
  /** A form whose file has so many pieces, and what it was asked for. */
  function formOf(pieces: number, isEnding: boolean) {
    const sent = [head('file', 'a'), ...Array<string>(pieces).fill('piece'), `\r\n${end}`]
    const left = sent.map((each) => Buffer.from(each))
    const next = () => {
      if (!isEnding && left.length <= 1) return new Promise<never>(() => undefined)
      return Promise.resolve({ done: left.length === 0, value: left.shift() })
    }
    return { source: { next }, left }
  }
  const take = async (form: ReturnType<typeof formOf>) => {
    let isUnread = false
    const onUnread = () => {
      isUnread = true
    }
    const limits = { boundary: 'x', rules: { maxFiles: 2 }, limit: 1000, patienceMs: 1 }
    const run = ({ uploads }: Uploads) => Promise.resolve(uploads)
    const uploads = await withUploads({ source: form.source, ...limits, onUnread }, run)
    return { isUnread, uploads }
  }

  test('withUploads passes it over, to the end of the body', async () => {
    const form = formOf(10_000, true)
    expect((await take(form)).isUnread).toBe(false)
    expect(form.left).toEqual([])
  })

  test('withUploads has the connection closed where the rest does not come', async () => {
    expect((await take(formOf(3, false))).isUnread).toBe(true)
  })

  test('withUploads lets a handler read nothing after its answer', async () => {
    const { uploads } = await take(formOf(3, true))
    const read = async () => {
      for await (const file of uploads) await readText(file)
    }
    await expect(read()).rejects.toThrow('has been answered')
  })

  test('an upload that is refused and never ends gets its answer, and its connection is closed', async () => {
    const form = { maxFiles: 1, fileTypes: ['image/png'], stream: true } as const
    const read = async ({ uploads }: Uploads) => {
      for await (const file of uploads) await readText(file)
    }
    const routes = [open({ method: 'POST', path: '/x', form }, nothing, read)]
    const refuse = async (start: (typeof hosts)[string]) => {
      const { origin, server, close } = await start({ routes, gates: {}, services: {} })
      const headers = { 'content-type': 'multipart/form-data; boundary=x' }
      const call = send(`${origin}/x`, { method: 'POST', headers, agent: false })
      call.write(`${head('file', 'a.txt')}the rest never comes`)
      const [answer] = (await once(call, 'response')) as [IncomingMessage]
      answer.resume()
      await expect.poll(() => connections(server)).toBe(0)
      await close()
      return [answer.statusCode, answer.headers.connection]
    }
    const answers = await Promise.all(Object.values(hosts).map(refuse))
    expect(answers).toEqual(Array(3).fill([415, 'close']))
  })
})
