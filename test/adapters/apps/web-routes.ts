import { subject, subjectLines, subjectsOverTime, type Site } from '../site.js'

type WebHandler = (request: Request) => Response | Promise<Response>

/** The contract's routes as Fetch handlers, by method and path. */
export function webRoutes(site: Site): Readonly<Record<string, WebHandler>> {
  const whoami = () => Response.json({ subject: subject() })
  const admin = () => Response.json({ secret: true })
  const count: WebHandler = () => {
    site.calls += 1
    return whoami()
  }
  return {
    'GET /healthz': whoami,
    'GET /public/hello': whoami,
    'GET /calls': () => Response.json({ calls: site.calls }),
    'GET /optional': whoami,
    'GET /orders': whoami,
    'GET /me': count,
    'POST /me': count,
    'OPTIONS /me': () =>
      new Response(null, {
        status: 204,
        headers: { 'access-control-allow-origin': 'https://site.example' },
      }),
    'GET /time': async () => Response.json({ seen: await subjectsOverTime() }),
    'GET /lines': () => new Response(ReadableStream.from(encoded(subjectLines()))),
    'POST /echo': ({ body }) => new Response(body),
    'POST /signed': ({ body }) => new Response(body?.pipeThrough(signed()) ?? null),
    'POST /chunks': async ({ body }) => {
      const seen: (string | null)[] = []
      for await (const chunk of body ?? []) if (chunk) seen.push(subject())
      return Response.json({ seen: [...seen, subject()] })
    },
    'GET /throws': () => {
      throw new Error('a handler failed')
    },
    'GET /rejects': () => Promise.reject(new Error('a handler failed')),
    'GET /admin': admin,
    'GET /area/x': admin,
    'GET /v1/admin': admin,
    'GET /open': whoami,
  }
}

async function* encoded(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(line)
}

/** Writes the caller's name before each chunk that comes through. */
function signed(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(_chunk, controller) {
      controller.enqueue(Buffer.from(`${String(subject())};`))
    },
  })
}
