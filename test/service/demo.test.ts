import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testWithServices as test } from './own-services.js'
import { freePort, runService, type RunningService } from './running-service.js'
import { enrol } from './users/second-factor/codes.js'

const login = async (service: RunningService, username: string, password: string) => {
  const answer = await fetch(`${service.origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  return answer.status
}
/** The password that a demo has printed. */
const printed = (service: RunningService) =>
  /her password until it stops: (\S+)$/m.exec(service.output())?.[1] ?? ''
const configure = (folder: string, more = '') => {
  const config = join(folder, 'jotgate.yaml')
  writeFileSync(
    config,
    `issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n${more}`,
  )
  return { JOTGATE_CONFIG: config }
}

test.concurrent(
  'each start of a demo makes another password',
  async ({ folder, start, expect }) => {
    const [one, other] = [
      await start({ dataDir: folder(), args: [] }),
      await start({ dataDir: folder(), args: [] }),
    ]
    await expect.poll(() => [printed(one), printed(other)].includes('')).toBe(false)
    expect(printed(one)).toMatch(/^[\w-]{12}$/)
    expect(printed(one)).not.toBe(printed(other))
    expect(await login(one, 'alice', printed(one))).toBe(200)
    expect(await login(one, 'alice', 'secret')).toBe(401)
    expect(await login(one, 'alice', printed(other))).toBe(401)
  },
)

test.concurrent(
  'the next demo over the same folder asks alice for no second factor of the last one',
  async ({ folder, start, expect }) => {
    const [dataDir, alice] = [folder(), { username: 'alice', password: 'a quiet demo' }]
    const demo = () => start({ dataDir, args: ['--demo-password', alice.password] })
    const one = await demo()
    await enrol(one.origin, alice)
    expect(await login(one, alice.username, alice.password)).toBe(401)
    await one.stop()
    expect(await login(await demo(), alice.username, alice.password)).toBe(200)
  },
)

test.concurrent(
  'the walk that a demo prints works with any password',
  async ({ folder, start, expect }) => {
    const password = `it's "odd" $HOME`
    const service = await start({ dataDir: folder(), args: ['--demo-password', password] })
    await expect.poll(() => service.output()).toContain('Stop with Ctrl-C')
    const [, walk = ''] = /^# 1\. log in\n([^]*)^Stop with Ctrl-C/m.exec(service.output()) ?? []
    const lines = walk.split('\n').filter((line) => !/^[{#]/.test(line))
    const { stdout } = spawnSync('sh', ['-c', lines.join('\n')], { encoding: 'utf8' })
    expect(stdout).toContain('"username":"alice"')
    expect(stdout).toContain('\n204\n')
  },
)

test.concurrent(
  'a password for the demo is refused beside a configuration, and on another address than loopback',
  async ({ folder, expect }) => {
    const args = ['--demo-password', 'secret-canary']
    const configured = await runService({ ...configure(folder()), DATA_DIR: folder() }, args)
    expect([configured.code, configured.output]).toEqual([1, expect.stringContaining('for a demo')])
    const everywhere = await runService({ HOST: '0.0.0.0', DATA_DIR: folder() }, args)
    expect([everywhere.code, everywhere.output]).toEqual([
      1,
      expect.stringContaining('not a loopback address'),
    ])
    const empty = await runService({ DATA_DIR: folder() }, ['--demo-password', ''])
    expect([empty.code, empty.output]).toEqual([1, expect.stringContaining('must not be empty')])
    expect(configured.output + everywhere.output).not.toContain('canary')
  },
)

test.concurrent(
  'a demo does not start over the data of a service with a configuration, and changes nothing there',
  async ({ folder, start, expect }) => {
    const [dataDir, port] = [folder(), await freePort()]
    const configured = await start({ dataDir, port, env: configure(folder()) })
    await configured.stop()
    const demo = await runService({ DATA_DIR: dataDir, PORT: String(await freePort()) })
    expect([demo.code, demo.output]).toEqual([1, expect.stringContaining('JOTGATE_CONFIG')])
    expect(demo.output).not.toMatch(/alice|\n\s+at /)
    const command = await runService({ DATA_DIR: dataDir }, ['user', 'add', 'eve', 'admin'], 'x')
    expect([command.code, command.output]).toEqual([1, expect.stringContaining('JOTGATE_CONFIG')])
    const again = await start({ dataDir, port, env: configure(folder()) })
    expect(await login(again, 'alice', 'secret')).toBe(401)
  },
)

test.concurrent(
  'every page of a demo says that it is one, and no page of a configured service does',
  async ({ folder, start, expect }) => {
    const demo = await start({ dataDir: folder() })
    const configured = await start({ dataDir: folder(), env: configure(folder()) })
    const pages = ['/console/', '/console/index.html', '/docs', '/docs/openapi.json']
    const text = async ({ origin }: RunningService, path: string) =>
      (await fetch(origin + path)).text()
    for (const page of pages) {
      expect([page, await text(demo, page)]).toEqual([page, expect.stringContaining('is a demo')])
      expect(await text(configured, page)).not.toMatch(/demo\b/)
    }
    const metadata = '/.well-known/oauth-authorization-server'
    expect(JSON.parse(await text(demo, metadata))).toMatchObject({ demo: true })
    expect(JSON.parse(await text(configured, metadata))).not.toHaveProperty('demo')
  },
)
