import { HttpError, problemOf } from './http-error.js'
import { type BodyRules, readBody, type ReadBody } from './body.js'

/**
 * The body of a request, JSON or a form.
 *
 * @param limit in bytes
 * @throws HttpError 413 for a longer body, 415 for another content type or encoding; RequestError for a body that is neither,
 * or that two readers could read in two ways
 */
export async function readRequestBody(
  request: Request,
  { limit, ...rules }: BodyRules & { readonly limit: number },
): Promise<ReadBody> {
  if (request.body === null) return { json: undefined }
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  // A declared length may be wrong, so what arrives is counted.
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength
    if (length > limit) throw refused(413)
    parts.push(part.value)
  }
  const type = request.headers.get('content-type') ?? undefined
  const encoding = request.headers.get('content-encoding') ?? undefined
  return readBody(Buffer.concat(parts), { type, encoding }, rules)
}

function refused(status: number): HttpError {
  return new HttpError(status, problemOf(status, 'invalid_request'))
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
