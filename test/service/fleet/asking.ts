import { setTimeout as sleep } from 'node:timers/promises'
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'

/** What came back, and when it was asked; times by `performance.now()`, in milliseconds. */
export interface Answer {
  /** 0 when the connection broke. */
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: IncomingHttpHeaders
  readonly askedAt: number
  readonly answeredAt: number
}

/** What is asked of a service. */
export interface Question {
  readonly operation: string
  readonly token?: string | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent instead of a body. */
  readonly form?: Readonly<Record<string, string>>
  /** The address of the caller, as a proxy says it. */
  readonly from?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks by a connection of its own, so that each question goes to the next process. */
export function ask(origin: string, question: Question): Promise<Answer> {
  const [method = '', path = ''] = question.operation.split(' ')
  const askedAt = performance.now()
  return new Promise((resolve) => {
    const done = (status: number, answer = '', headers: IncomingHttpHeaders = {}) => {
      resolve({ status, body: parse(answer), headers, askedAt, answeredAt: performance.now() })
    }
    const asking = request(origin + path, { method, agent: false, headers: headersOf(question) })
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
        done(response.statusCode ?? 0, Buffer.concat(chunks).toString(), response.headers)
      })
    })
    asking.end(textOf(question))
  })
}

/**
 * Asks until there is an answer that is neither a broken connection nor a 503, with some milliseconds between two tries.
 *
 * @example const answer = await insist(() => ask(origin, { operation: 'GET /user/profile', token }))
 */
export async function insist(
  question: () => Promise<Answer>,
  pauseMs: () => number = () => 100,
): Promise<Answer> {
  for (;;) {
    const answer = await question()
    if (answer.status !== 503 && answer.status !== 0) return answer
    await sleep(pauseMs())
  }
}

function textOf({ body, form }: Question): string | undefined {
  if (form !== undefined) return new URLSearchParams(form).toString()
  return body === undefined ? undefined : JSON.stringify(body)
}

function headersOf({ token, body, form, from, headers }: Question): OutgoingHttpHeaders {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    ...headers,
  }
}

function parse(text: string): Record<string, unknown> {
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
