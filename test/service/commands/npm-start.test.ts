import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { freePort, temporaryFolder } from '../running-service.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('npm start runs the service, and a signal to npm stops it', async () => {
  const folder = temporaryFolder()
  const port = await freePort()
  const origin = `http://127.0.0.1:${String(port)}`
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), DATA_DIR: folder.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = once(npm, 'exit')
  const chunks: string[] = []
  npm.stdout.on('data', (data: Buffer) => chunks.push(data.toString()))
  npm.stderr.on('data', (data: Buffer) => chunks.push(data.toString()))
  try {
    await expect
      .poll(
        () =>
          fetch(`${origin}/healthz`).then(
            ({ status }) => status,
            () => 0,
          ),
        {
          timeout: 90_000,
          interval: 200,
        },
      )
      .toBe(200)
    await expect.poll(() => chunks.join('')).toContain('Stop with Ctrl-C')
    const [, password = ''] = /her password until it stops: (\S+)$/m.exec(chunks.join('')) ?? []
    const login = async (password: string) =>
      fetch(`${origin}/user/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'alice', password }),
      })
    expect((await login(password)).status).toBe(200)
    expect((await login('secret')).status).toBe(401)
    expect(chunks.join('')).toContain(`${origin}/user/login`)
  } finally {
    npm.kill('SIGTERM')
  }
  await gone
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow()
  expect(chunks.join('')).toContain('"stopped"')
  folder.remove()
})
