import { type BodyRules, readBody, type ReadBody } from './body.js'
import { boundaryOf } from './form-body.js'
import { refused } from './form-rules.js'
import { type BodyFields } from './json-body.js'
import { type Arriving, mostFieldBytes } from './uploads.js'

/** What a route takes as its body, and how many bytes of it. */
type BodyLimits = BodyRules & { readonly limit: number }

/**
 * A form that is to be read while it arrives; undefined for every other body.
 *
 * @param limit in bytes
 * @throws HttpError 415 for a content encoding; RequestError for a type without a boundary
 */
export function uploadOf(
  request: Request,
  { form: rules, limit }: BodyLimits,
): Omit<Arriving, 'onUnread'> | undefined {
  if (rules?.stream !== true || request.body === null) return undefined
  const boundary = boundaryOf(fieldsOf(request))
  if (boundary === undefined) return undefined
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  return { source: { next: () => reader.read() }, boundary, rules, limit }
}

function fieldsOf({ headers }: Request): BodyFields {
  return {
    type: headers.get('content-type') ?? undefined,
    encoding: headers.get('content-encoding') ?? undefined,
  }
}

/**
 * The body of a request, JSON or a form, held in memory.
 *
 * @param limit in bytes
 * @throws HttpError 413 for a longer body, 415 for another content type or encoding; RequestError for a body that is neither,
 * or that two readers could read in two ways
 */
export async function readRequestBody(
  request: Request,
  { limit, ...rules }: BodyLimits,
): Promise<ReadBody> {
  if (request.body === null) return { json: undefined }
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  const most = rules.form?.stream === true ? Math.min(limit, mostFieldBytes) : limit
  // A declared length may be wrong, so what arrives is counted.
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength
    if (length > most) throw refused(413)
    parts.push(part.value)
  }
  return readBody(Buffer.concat(parts), fieldsOf(request), rules)
}

/** Texts as the body of an answer; the texts end when the caller has gone. */
export function streamOf(source: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await source.next()
      if (next.done === true) controller.close()
      else controller.enqueue(encoder.encode(next.value))
    },
    async cancel() {
      await source.return(undefined)
    },
  })
}
