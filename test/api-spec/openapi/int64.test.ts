import { expect, test } from 'vitest'
import { parseApi } from '../../../src/api-spec/language/parse.js'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'

const text = `type Id {
	A int64  \`json:"a"\`
	B uint64 \`json:"b"\`
	C int64  \`json:"c,string"\`
	D uint64 \`json:"d,string,optional"\`
	E int64  \`json:"e,range=[1:9223372036854775807],default=9007199254740993"\`
	F int64  \`json:"f,options=9007199254740993|1,default=1"\`
	G int64  \`json:"g,range=(-9007199254740993:5]"\`
}

service a-api {
	@handler A
	post /a (Id) returns (Id)
}
`

test('an OpenAPI document says how numbers of 64 bits travel, and leaves out what it would have to round', () => {
  const result = parseApi(text)
  if (!result.ok) throw new Error('the text is no .api file')
  const { components } = JSON.parse(JSON.stringify(toOpenApi(result.spec))) as {
    components: { schemas: { Id: { properties: object } } }
  }
  expect(components.schemas.Id.properties).toEqual({
    a: { type: 'integer', format: 'int64' },
    b: { type: 'integer', format: 'uint64', minimum: 0 },
    c: { type: 'string', format: 'int64' },
    d: { type: 'string', format: 'uint64' },
    e: { type: 'integer', format: 'int64', minimum: 1 },
    f: { type: 'integer', format: 'int64', default: 1 },
    g: { type: 'integer', format: 'int64', maximum: 5 },
  })
})
