import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'
import { lint } from '../../setup/redocly.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What an `.api` file does not say: under which licence, and what a group of routes is about. */
const unsaid = ['info-license', 'tag-description']

function documentOf(file: string): object {
  const result = parseApi(readFileSync(join(root, file), 'utf8'), { file })
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return toOpenApi(result.spec)
}

describe('redocly lint', () => {
  it.each([
    'test/api-spec/generate/users.api',
    'test/api-spec/generate/orders.api',
    'test/api-spec/generate/ways.api',
    'apps/auth-service/user.api',
    'examples/go-zero-user/user.api',
    'examples/go-zero-token/jwt.api',
  ])(
    'redocly lint has nothing to say about the document of %s',
    (file) => {
      expect(lint(documentOf(file)).filter((rule) => !unsaid.includes(rule))).toEqual([])
    },
    60_000,
  )

  it('redocly lint finds a missing scheme, and a reference that leads nowhere', () => {
    const text = JSON.stringify(documentOf('examples/go-zero-token/jwt.api'))
    expect(lint(JSON.parse(text.replace('"JwtAuth":{', '"Other":{')) as object)).toContain(
      'security-defined',
    )
    expect(lint(JSON.parse(text.replaceAll('GetUserResponse"}', 'Gone"}')) as object)).toContain(
      'no-unresolved-refs',
    )
  }, 60_000)
})
