import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/parse.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'jotgate-openapi-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What an `.api` file does not say: under which licence, and what a group of routes is about. */
const unsaid = ['info-license', 'tag-description']

function documentOf(file: string): object {
  const result = parseApi(readFileSync(join(root, file), 'utf8'), { file })
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return toOpenApi(result.spec)
}

/** The rules that `redocly lint` finds broken, with its recommended ones. */
function lint(document: object): readonly string[] {
  const path = join(folder, 'openapi.json')
  writeFileSync(path, JSON.stringify(document))
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', '--format', 'json', path],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  )
  const { problems } = JSON.parse(stdout) as { problems: { ruleId: string }[] }
  return problems.map(({ ruleId }) => ruleId)
}

describe('redocly lint', () => {
  it.each([
    'test/api-spec/generate/users.api',
    'apps/auth-service/user.api',
    'examples/go-zero-user/user.api',
    'examples/go-zero-token/jwt.api',
  ])(
    'has nothing to say about the document of %s',
    (file) => {
      expect(lint(documentOf(file)).filter((rule) => !unsaid.includes(rule))).toEqual([])
    },
    60_000,
  )

  it('would say when a scheme were missing, or a reference led nowhere', () => {
    const text = JSON.stringify(documentOf('examples/go-zero-token/jwt.api'))
    expect(lint(JSON.parse(text.replace('"JwtAuth":{', '"Other":{')) as object)).toContain(
      'security-defined',
    )
    expect(lint(JSON.parse(text.replaceAll('GetUserResponse"}', 'Gone"}')) as object)).toContain(
      'no-unresolved-refs',
    )
  }, 60_000)
})
