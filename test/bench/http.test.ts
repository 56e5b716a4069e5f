import { describe, expect, test } from 'vitest'
import { bare, loadOf, plan } from '../../bench/suites/http.mjs'
import { prove, startServer } from '../../bench/suites/http/load.mjs'
import { makeTokens } from '../../bench/suites/http/material.mjs'

const contenders = plan.flatMap(({ framework, opponents }) =>
  [bare, 'jotgate', 'jotgate, cached', ...opponents].map((name) => ({ framework, name })),
)
const tokens = await makeTokens('HS256', 20)

describe('a server of the HTTP benchmark', () => {
  test.each(contenders)(
    '$framework, $name: takes what it has to take, and nothing else',
    async ({ framework, name }) => {
      const { prove, slice } = loadOf(framework)
      const server = await startServer(framework, name, tokens.trust)
      try {
        await prove(server, tokens, name !== bare)
        // A busy machine may answer nothing in a tenth of a second.
        const take = (ms: number) => slice(server, tokens.good, ms)
        const { wall, cpu } = await take(100).catch(() => take(3000))
        expect(wall).toBeGreaterThan(0)
        expect(cpu).toBeGreaterThan(0)
      } finally {
        await server.stop()
      }
    },
  )

  test('a server that lets everybody in is found out before it is measured', async () => {
    const server = await startServer('fastify', bare, tokens.trust)
    try {
      await expect(prove(server, tokens, true)).rejects.toThrow('wrong tokens')
      await expect(prove(server, { ...tokens, good: ['x'] }, false)).resolves.toBeUndefined()
    } finally {
      await server.stop()
    }
  })
})
