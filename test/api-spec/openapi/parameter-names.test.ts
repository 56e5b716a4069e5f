import { describe, expect, it } from 'vitest'
import { fromOpenApi } from '../../../src/api-spec/openapi/from-openapi.js'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { parseApi } from '../../../src/api-spec/language/parse.js'

describe('paths that differ in the names of their parameters alone', () => {
  it('toOpenApi writes one path for paths that differ in the names of their parameters alone', () => {
    const text = `
      type Id { Id string \`path:"id"\` }
      type Key {
        Key string \`path:"key"\`
        Part int \`path:"part"\`
        Id string \`form:"id"\`
      }
      service a {
        @handler One get /x/:id (Id)
        @handler Two put /x/:name
        @handler Three delete /x/:id/p/:part
        @handler Four get /x/:key/p/:part (Key)
      }`
    const { paths } = toOpenApi(spec(text))
    const parameters = Object.entries(paths).map(([path, item]) => [
      path,
      Object.entries(item).map(([method, operation]) => {
        const { parameters = [], 'x-route-path': own } = operation as {
          parameters?: { name: string; in: string }[]
          'x-route-path'?: string
        }
        const named = parameters.map((each) => `${each.in} ${each.name}`)
        return [method, ...named, ...(own === undefined ? [] : [own])]
      }),
    ])
    expect(Object.fromEntries(parameters)).toEqual({
      '/x/{id}': [
        ['get', 'path id'],
        ['put', 'path id', '/x/{name}'],
      ],
      '/x/{id}/p/{part}': [
        ['delete', 'path id', 'path part'],
        ['get', 'path id', 'path part', 'query id', '/x/{key}/p/{part}'],
      ],
    })
  })

  it.each(['/y/{id}', '/x/{id}/', '/x/y', '/X/{id}', 7])(
    'fromOpenApi refuses the path %s for a route of /x/{id}',
    (own) => {
      const paths = { '/x/{id}': { get: { security: [], 'x-route-path': own } } }
      expect(() => fromOpenApi({ openapi: '3.1.0', paths })).toThrow('x-route-path')
    },
  )
})

function spec(text: string) {
  const result = parseApi(text)
  if (!result.ok) throw new Error('the text has errors')
  return result.spec
}
