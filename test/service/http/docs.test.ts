import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPaths } from '../../../apps/auth-service/src/http/open-paths.js'
import { lint } from '../../setup/redocly.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'

interface Document {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface Operation {
  readonly operationId: string
  readonly security: readonly object[]
  readonly responses: Readonly<Record<string, object>>
}

const folder = temporaryFolder()
let service: RunningService
let document: Document

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  const answer = await fetch(`${service.origin}/docs/openapi.json`)
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  document = (await answer.json()) as Document
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )

describe('the OpenAPI document', () => {
  test('the OpenAPI document has no fault that redocly lint knows of', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(document.servers).toEqual([{ url: service.origin }])
    expect(lint(document)).toEqual([])
    const text = JSON.stringify(document).replaceAll('schemas/AdminUsers"', 'schemas/Gone"')
    expect(lint(JSON.parse(text) as object)).toContain('no-unresolved-refs')
  })

  test('the OpenAPI document has every operation of the service, each with a name that no other has', () => {
    const paths = Object.keys(document.paths)
    const named = ['/admin/users', '/oauth/token', '/oauth/revoke', '/oauth/introspect']
    for (const path of [...openPaths, ...named].filter((each) => each !== '/docs'))
      expect(paths).toContain(path)
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThanOrEqual(31)
    expect(document.components.schemas).toHaveProperty('Session')
    expect(document.components.schemas).toHaveProperty('AdminSession')
  })

  test('the OpenAPI document speaks of nothing that is not there, and says truly what asks for a token', async () => {
    for (const { method, path, operation } of operations()) {
      const url = service.origin + path.replaceAll(/\{\w+\}/g, 'x')
      const { status } = await fetch(url, { method: method.toUpperCase() })
      const { security } = operation
      const open = security.length === 0 || security.some((each) => Object.keys(each).length === 0)
      const answers = open ? [200, 400, 401, 503] : [401]
      expect([method, path, answers.includes(status), status]).toEqual([method, path, true, status])
      if (status === 401 && open) expect(path).toMatch(/^\/(user\/logout|oauth\/\w+)$/)
    }
  })
})

describe('the page for people', () => {
  test('the page for people has every operation, and neither runs nor loads anything', async () => {
    const answer = await fetch(`${service.origin}/docs`)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; /)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    const page = await answer.text()
    expect(page).not.toMatch(/<script|<img|<link|@import|url\(|\son\w+=|https?:/)
    for (const { method, path } of operations())
      expect(page).toContain(`<code>${method.toUpperCase()} ${path}</code>`)
  })

  test('the page for people and its document are read and nothing else', async () => {
    for (const path of ['/docs', '/docs/openapi.json']) {
      const { status, headers } = await fetch(service.origin + path, { method: 'POST' })
      expect(status).toBe(405)
      expect(headers.get('allow')).toContain('GET')
    }
  })
})
