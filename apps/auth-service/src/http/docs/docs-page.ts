import { createHash } from 'node:crypto'
import type { OpenApiDocument } from 'jotgate/api-spec'
import { z } from 'zod'

const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8886; overflow-wrap: anywhere }
th:first-child { width: 45% }
code { font-size: .9em }`

/** The page loads nothing, runs no script, and cannot be framed. */
export const docsPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A page for people: every operation, its purpose and its requirements. */
export function docsPage(document: OpenApiDocument): string {
  const { title, description } = document.info
  const sections = groups(document).map(
    ({ tag, about, rows }) => `<section aria-labelledby="${escape(tag)}">
<h2 id="${escape(tag)}">${escape(tag)}</h2>
<p>${escape(about)}</p>
<table>
<thead><tr><th scope="col">Request</th><th scope="col">What it does</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</section>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} API</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escape(title)} API</h1>
<p>${escape(description)} As <a href="/docs/openapi.json">OpenAPI 3.1</a>.</p>
${sections.join('\n')}
</main>
</body>
</html>
`
}

interface Group {
  readonly tag: string
  readonly about: string
  readonly rows: readonly string[]
}

/** The parts of an operation that the page shows; a document may have more. */
const operationShape = z.object({
  tags: z.array(z.string()),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.unknown())),
})
const tagsShape = z.array(z.object({ name: z.string(), description: z.string() }))
type Operation = z.infer<typeof operationShape>

function groups(document: OpenApiDocument): readonly Group[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      request: `${method.toUpperCase()} ${path}`,
      operation: operationShape.parse(operation),
    })),
  )
  return tagsShape.parse(document['tags']).map(({ name, description }) => ({
    tag: name,
    about: description,
    rows: operations
      .filter(({ operation }) => operation.tags.includes(name))
      .map(({ request, operation }) => row(request, operation)),
  }))
}

function row(request: string, { summary, security }: Operation): string {
  const asks = [...new Set(security.flatMap((each) => Object.keys(each)))]
  const by = asks.length === 0 ? '' : ` <small>(${escape(asks.join(', '))})</small>`
  return `<tr><td><code>${escape(request)}</code></td><td>${escape(summary)}${by}</td></tr>`
}

function escape(text: unknown): string {
  return String(text).replace(/[&<>"']/g, (char) => `&#${String(char.charCodeAt(0))};`)
}
