/** One random answer of a key server that lies: raw bytes, and when they are sent. */
export interface Lie {
  readonly pieces: readonly Buffer[]
  /** Milliseconds before each piece. */
  readonly pauseMs: number
  /** How the connection ends; `open`: it stays open without another byte. */
  readonly end: 'end' | 'destroy' | 'reset' | 'open'
  /** Whether the body can be a valid set that lists the known key no longer. */
  readonly withdraws: boolean
  /** For a failing run. */
  readonly described: string
}

/** Bodies by name; `good` is the set that was held before, and `stranger` a set without its key. */
export type Bodies = Readonly<Record<'good' | 'stranger', string>>

type Random = () => number

/**
 * A random answer: a status, headers, a body and their timing, each right about as often as wrong.
 *
 * @example lieOf(seeded(1), { good: '{"keys":[…]}', stranger: '{"keys":[]}' })
 */
export function lieOf(random: Random, bodies: Bodies): Lie {
  const pick = <T>(list: readonly T[], right?: T): T => {
    if (right !== undefined && random() < 0.5) return right
    return list[Math.floor(random() * list.length)] ?? (list[0] as T) // no list is empty
  }
  const [name, body] = pick(bodiesOf(bodies, random), ['good', Buffer.from(bodies.good)] as const)
  const status = pick(statuses, 'HTTP/1.1 200 OK')
  const headers = Object.entries(headersOf(body)).flatMap(([header, values]) => {
    const chosen = random() < (header === 'content-type' ? 0.9 : 0.35) ? pick(values) : undefined
    return chosen === undefined ? [] : [`${header}: ${chosen}`]
  })
  if (random() < 0.5) headers.push('content-type: application/json')
  const isChunked = random() < 0.25
  if (isChunked) headers.push('transfer-encoding: chunked')
  const sent = isChunked ? chunked(body, random) : body
  const head = Buffer.from([status, ...headers, '', ''].join('\r\n'), 'latin1')
  const whole = Buffer.concat([head, sent])
  return {
    pieces: cut(whole, random),
    pauseMs: pick([0, 0, 0, 1, 5]),
    end: pick(['end', 'destroy', 'reset', 'open'] as const, 'end'),
    withdraws: !['good', 'odd'].includes(name),
    described: JSON.stringify({ status, headers, body: name, isChunked }),
  }
}

const codes =
  '100 101 102 103 199 201 202 203 204 205 206 226 300 301 302 303 304 305 307 308 400 401 403 404 408 410 429 500 502 503 504 599 600 700 999 000 001 099'
const statuses = [
  'HTTP/1.1 200 OK',
  ...codes.split(' ').map((code) => `HTTP/1.1 ${code} X`),
  ...['HTTP/1.0 200 OK', 'HTTP/2 200', 'HTTP/1.1 20', 'HTTP/1.1 2000 X', 'HTTP/1.1 -1 X'],
  ...['HTTP/1.1 abc X', 'HTTP/1.1', 'ICY 200 OK', 'SSH-2.0-x', '', '\0\0', '{"keys":[]}'],
]

function headersOf(body: Buffer): Readonly<Record<string, readonly string[]>> {
  const length = body.byteLength
  return {
    'content-type': [
      ...['application/json', 'application/jwk-set+json; charset=utf-8', 'text/html', 'json'],
      ...['application/json, text/html', '', ';', 'application/json\u0001', 'a/b'.repeat(400)],
    ],
    'content-length': [
      ...[length, 0, 1, length - 1, length + 1, length + 9999, -1, 2 ** 53, 1e30].map(String),
      ...['', 'NaN', '0x10', `${String(length)}, ${String(length + 1)}`, '+5'],
    ],
    'content-encoding': ['gzip', 'br', 'identity', 'deflate, gzip', '\u00ff'],
    'cache-control': [
      ...['max-age=300', 'max-age=99999999999999999999', 'max-age=-1', 'no-store', ','.repeat(999)],
      ...['max-age=\u00ff', 'max-age="1"', 'MAX-AGE=1', 'max-age', 'max-age=0'],
    ],
    age: ['0', '-5', '99999999999', 'x', '1e9'],
    etag: ['"v1"', 'W/"v"', '"', 'e'.repeat(9000), '\u00ff"', '"a\tb"', 'a\u0001b', '"a", "b"'],
    location: ['http://169.254.169.254/', '/jwks', 'file:///etc/passwd', '\u00ff', '//'],
    connection: ['close', 'keep-alive', 'upgrade', ''],
    upgrade: ['websocket', 'h2c'],
    'set-cookie': ['a=b', 'c'.repeat(5000)],
    trailer: ['expires', 'content-length'],
    date: ['Thu, 01 Jan 1970 00:00:00 GMT', 'never'],
    __proto: ['x'],
    'x-many': ['a\r\nx-b: c'.repeat(200), 'z'.repeat(20_000)],
    'bad name': ['x'],
    ':status': ['200'],
  }
}

type Body = readonly [name: string, bytes: Buffer]

function bodiesOf({ good, stranger }: Bodies, random: Random): readonly Body[] {
  const set = JSON.parse(good) as { keys: readonly object[] } // this test's own set
  const texts: Readonly<Record<string, string>> = {
    good,
    odd: JSON.stringify({
      keys: [null, { kty: 'oct', k: 'AAAA' }, ...set.keys, { kty: 'RSA' }, { kty: 7 }],
    }),
    stranger,
    'an empty set': '{"keys":[]}',
    nothing: '',
    'half a set': good.slice(0, Math.floor(good.length * random())),
    'two sets': good + good,
    'a set twice in one': `{"keys":[],${good.slice(1)}`,
    deep: `{"keys":${'['.repeat(5000)}`,
    'a prototype': `{"__proto__":${good}}`,
    'numbers beyond all bounds': `{"keys":[${'9'.repeat(5000)}]}`,
    large: `{"keys":[${' '.repeat(300_000)}]}`,
    HTML: '<!doctype html><title>Maintenance</title>',
    'keys that are none': '{"keys":{"length":1e9}}',
    'a list': '[1,2,3]',
    null: 'null',
    'half a character': '{"keys":["\\ud800"]}',
    'a mark before it': `\ufeff${good}`,
    metadata: '{"issuer":7,"jwks_uri":{}}',
    'another address': '{"issuer":"x","jwks_uri":"http://169.254.169.254/"}',
  }
  const noise = Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256)))
  return [
    ...Object.entries(texts).map(([name, text]): Body => [name, Buffer.from(text)]),
    ['noise', noise],
  ]
}

/** Chunks whose sizes are right, or one of them is not. */
function chunked(body: Buffer, random: Random): Buffer {
  const parts = cut(body, random).map((part) => {
    const size = random() < 0.05 ? 'ffffffffffffffff' : part.byteLength.toString(16)
    return Buffer.concat([Buffer.from(`${size}\r\n`), part, Buffer.from('\r\n')])
  })
  return Buffer.concat([...parts, Buffer.from(random() < 0.8 ? '0\r\n\r\n' : '')])
}

function cut(bytes: Buffer, random: Random): readonly Buffer[] {
  const places = Array.from({ length: Math.floor(random() * 4) }, () =>
    Math.floor(random() * bytes.byteLength),
  ).sort((a, b) => a - b)
  return [0, ...places].map((from, at) => bytes.subarray(from, places[at] ?? bytes.byteLength))
}
