import { request } from 'node:http'

/** What came back, and when it was asked; times by `performance.now()`, in milliseconds. */
export interface Answer {
  /** 0 when the connection broke. */
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly askedAt: number
  readonly answeredAt: number
}

/** What is asked of a service. */
export interface Question {
  readonly operation: string
  readonly token?: string | undefined
  readonly body?: unknown
}

/** Asks by a connection of its own, so that each question goes to the next process. */
export function ask(origin: string, { operation, token, body }: Question): Promise<Answer> {
  const [method = '', path = ''] = operation.split(' ')
  const text = body === undefined ? undefined : JSON.stringify(body)
  const askedAt = performance.now()
  return new Promise((resolve) => {
    const done = (status: number, answer = '') => {
      resolve({ status, body: parse(answer), askedAt, answeredAt: performance.now() })
    }
    const asking = request(origin + path, {
      method,
      agent: false,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      },
    })
    asking.setTimeout(20_000, () => asking.destroy(new Error('no answer within 20 s')))
    asking.once('error', () => {
      done(0)
    })
    asking.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', () => {
        done(0)
      })
      response.once('end', () => {
        done(response.statusCode ?? 0, Buffer.concat(chunks).toString())
      })
    })
    asking.end(text)
  })
}

function parse(text: string): Record<string, unknown> {
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
