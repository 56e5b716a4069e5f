import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMultipart } from '../../../src/api-spec/runtime/multipart.js'
import { readPartHead } from '../../../src/api-spec/runtime/part-head.js'
import { RequestError } from '../../../src/api-spec/runtime/schema/schema.js'

/** A body in pieces of so many bytes. */
function inPieces(body: string, size: number, encoding: BufferEncoding = 'utf8') {
  const bytes = Buffer.from(body, encoding)
  let at = 0
  return {
    next: () => {
      const value = bytes.subarray(at, (at += size))
      return Promise.resolve({ done: value.length === 0, value })
    },
  }
}

/** Every part as its head and its text, and the longest piece of one. */
async function readAll(source: Parameters<typeof readMultipart>[0]) {
  const parts = readMultipart(source, 'x')
  const found: unknown[] = []
  let longest = 0
  for (let head = await parts.next(); head !== undefined; head = await parts.next()) {
    const pieces: Uint8Array[] = []
    for (let piece = await parts.bytes(); piece !== undefined; piece = await parts.bytes())
      pieces.push(piece)
    longest = Math.max(longest, ...pieces.map(({ length }) => length))
    found.push([head.name, head.file?.name, head.file?.type, Buffer.concat(pieces).toString()])
  }
  return { found, longest, after: await parts.next() }
}

const disposition = 'content-disposition: form-data; name='
const form = [
  `--x\r\n${disposition}"a"\r\n\r\n\r\n`,
  `--x\r\nContent-Disposition:form-data; filename="%22ü%0d.txt"; name=b\r\n\r\n\r\n--\r\n--y\r\n`,
  `--x\r\n${disposition}"c"; filename=""\r\ncontent-type: Image/PNG\r\n\r\n--x\r\n`,
  `--x--\r\nan epilogue`,
].join('')
const read = [
  ['a', undefined, undefined, ''],
  ['b', '"ü\r.txt', 'text/plain', '\r\n--\r\n--y'],
  ['c', '', 'Image/PNG', '--x'],
]

test('readMultipart finds the same parts wherever a body is cut', async () => {
  for (let size = 1; size <= form.length; size++) {
    const { found, after } = await readAll(inPieces(form, size))
    expect(found, String(size)).toEqual(read)
    expect(after).toBeUndefined()
  }
})

test('readMultipart hands a long part over in pieces of the source', async () => {
  const long = `--x\r\n${disposition}"a"\r\n\r\n${'y'.repeat(100_000)}\r\n--x--`
  const { found, longest } = await readAll(inPieces(long, 1000))
  expect(found).toEqual([['a', undefined, undefined, 'y'.repeat(100_000)]])
  expect(longest).toBeLessThanOrEqual(1010)
})

const part = `--x\r\n${disposition}"a"\r\n\r\nb`
test.each([
  ['nothing', ''],
  ['a part without an end', part],
  ['a part whose boundary is cut', `${part}\r\n--x`],
  ['a boundary that goes on', `${part}\r\n--xy\r\n--x--`],
  ['text before the first boundary', `text\r\n${part}\r\n--x--`],
  ['a head without an end', `--x\r\n${disposition}"a"`],
  [
    'a head that is too long',
    `--x\r\na: ${'b'.repeat(9000)}\r\n${disposition}"a"\r\n\r\n\r\n--x--`,
  ],
  ['a part without a head', '--x\r\n\r\nb\r\n--x--'],
])('readMultipart refuses %s', async (_what, body) => {
  await expect(readAll(inPieces(body, 50))).rejects.toThrow(RequestError)
})

test.each([
  ['no name', 'content-disposition: form-data; filename="a"'],
  ['no disposition', 'content-type: text/plain'],
  ['two dispositions', `${disposition}"a"\r\n${disposition}"b"`],
  ['two names', `${disposition}"a"; name="b"`],
  ['a quote in a name', `${disposition}"a\\"b"`],
  ['another disposition', 'content-disposition: attachment; name="a"'],
  ['a name that has no end', `${disposition}"a`],
  ['filename* alone', `${disposition}"a"; filename*=utf-8''a.txt`],
  ['an encoded part', `${disposition}"a"\r\ncontent-transfer-encoding: base64`],
  ['a folded field', `content-disposition: form-data;\r\n name="a"`],
  ['a blank before the colon', 'content-disposition : form-data; name="a"'],
])('readPartHead refuses a part with %s', (_what, head) => {
  expect(() => readPartHead(Buffer.from(head))).toThrow(RequestError)
})

test('readPartHead reads names as browsers, curl and .NET write them', () => {
  const both = `content-disposition: form-data; name=a; filename=b.txt; filename*=utf-8''b.txt`
  expect(readPartHead(Buffer.from(both))).toEqual({
    name: 'a',
    file: { name: 'b.txt', type: 'text/plain' },
  })
  const windows = `${disposition}"a"; filename="C:\\b.txt"\r\nContent-Transfer-Encoding: Binary`
  expect(readPartHead(Buffer.from(windows)).file?.name).toBe('C:\\b.txt')
  expect(() => readPartHead(Buffer.from([...Buffer.from(`${disposition}"`), 255, 34]))).toThrow(
    RequestError,
  )
})

test('readMultipart reads what the platform writes, however it is cut', async () => {
  // The platform writes a file without a name as a field.
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('a"b', 'a\r\nb', 'ü', 'a;b'),
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom('\r\n--', '\r\n', '--x--', '').map((text) => Buffer.from(text)),
  )
  const files = fc.array(fc.tuple(name, name, bytes), { maxLength: 4 })
  const cases = fc.asyncProperty(files, fc.integer({ min: 1, max: 80 }), async (sent, size) => {
    const form = new FormData()
    for (const [field, file, content] of sent)
      form.append(field, new Blob([new Uint8Array(content)], { type: 'a/b' }), file)
    const written = new Response(form)
    const [, boundary = ''] = /boundary=(.*)$/.exec(written.headers.get('content-type') ?? '') ?? []
    const body = Buffer.from(await written.arrayBuffer()).toString('latin1')
    const parts = readMultipart(inPieces(body, size, 'latin1'), boundary)
    const found: unknown[] = []
    for (let head = await parts.next(); head !== undefined; head = await parts.next()) {
      const pieces: Uint8Array[] = []
      for (let piece = await parts.bytes(); piece !== undefined; piece = await parts.bytes())
        pieces.push(piece)
      found.push([head.name, head.file?.name, Buffer.concat(pieces).toString('hex')])
    }
    const asSent = ([field, file, content]: (typeof sent)[number]) => [
      field.replaceAll(/\r\n|\r|\n/g, '\r\n'),
      file,
      Buffer.from(content).toString('hex'),
    ]
    expect(found).toEqual(sent.map(asSent))
  })
  await fc.assert(cases, { numRuns: 300 })
})
