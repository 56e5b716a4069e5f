import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

// The examples import the built package by its name, as users do.
describe.each(['node', 'express', 'fastify'])('examples/%s', (name) => {
  test('prints a curl line that works, and refuses without its token', async () => {
    const file = fileURLToPath(new URL(`../../examples/${name}/server.mjs`, import.meta.url))
    const example = spawn(process.execPath, [file], { env: { ...process.env, PORT: '0' } })
    try {
      const [line] = (await once(createInterface(example.stdout), 'line')) as [string]
      const { token = '', url = '' } =
        /Bearer (?<token>[^']+)' (?<url>http\S+)$/.exec(line)?.groups ?? {}
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      expect([answer.status, await answer.text()]).toEqual([200, 'hello, alice\n'])
      expect((await fetch(url)).status).toBe(401)
      expect((await fetch(`${url}healthz`)).status).toBe(200)
    } finally {
      example.kill()
      await once(example, 'exit')
    }
  })
})
