import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorkshop, type Workshop } from './project.js'

let workshop: Workshop
let said: readonly string[]
beforeAll(() => {
  workshop = createWorkshop({
    clashes: {
      text: readFileSync(new URL('clashes.api', import.meta.url), 'utf8'),
      servers: ['fastify'],
    },
  })
  said = workshop.compile()
}, 120_000)
afterAll(() => {
  workshop.remove()
})

describe('a project whose .api file uses names of JavaScript and TypeScript', () => {
  interface ClashClient {
    then_(request: object): Promise<unknown>
    delete(request: object): Promise<unknown>
    then: { readonly types: (request: object) => Promise<unknown> }
  }
  const clientThatNotes = async (requests: Request[]) => {
    const { createClient } = await workshop.load('clashes/generated/client')
    const noting: typeof fetch = (input, init) => {
      requests.push(new Request(input, init))
      return Promise.resolve(Response.json({}))
    }
    return (createClient as (options: object) => ClashClient)({
      baseUrl: 'http://localhost',
      fetch: noting,
    })
  }

  it('a project with names of the language compiles in the strictest setting', () => {
    expect(said).toEqual([])
  })

  it('a client is not taken for a promise when a handler is called Then', async () => {
    // The client is what an async function returns, which would wait for a `then` of its own.
    const client = await clientThatNotes([])
    expect(Object.keys(client).sort()).toEqual(['api', 'constructor', 'delete', 'then', 'then_'])
  })

  it('a client sends a member that is called __proto__', async () => {
    const requests: Request[] = []
    const client = await clientThatNotes(requests)
    await client.delete(JSON.parse('{"__proto__":"x"}') as object)
    expect(requests.map(({ url }) => url)).toEqual(['http://localhost/delete?__proto__=x'])
  })

  it('a guard that is called __proto__ has its own gate', async () => {
    const { createGates } = await workshop.load('clashes/generated/auth')
    const secrets: unknown = JSON.parse(
      `{"__proto__":{"AccessSecret":"${randomBytes(48).toString('base64')}","AccessExpire":900}}`,
    )
    const gates = (createGates as (config: unknown) => object)(secrets)
    expect(Object.keys(gates)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(gates)).toBe(Object.prototype)
  })
})
