import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { parse } from 'yaml'
import { findOrInstall } from '../../setup/programs.js'
import { freePort, until } from '../../setup/server.js'
import { testWithServices as test, type Own } from '../own-services.js'
import { runService } from '../running-service.js'

const password = 'eleven herons over a weir'
const deploy = new URL('../../../deploy/', import.meta.url)
const { trustedProxies } = parse(readFileSync(new URL('jotgate.yaml', deploy), 'utf8')) as {
  readonly trustedProxies: readonly string[]
}

/** The shipped configuration of nginx before one process of the service; all of it on this machine. */
async function behindNginx({ folder, start }: Own): Promise<{ origin: string; stop: () => void }> {
  const [dataDir, place] = [folder(), folder()]
  const config = join(place, 'jotgate.yaml')
  const networks = [...trustedProxies, '127.0.0.0/8'].join(', ')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n' +
      `trustedProxies: [${networks}]\nloginLimits: { address: 5 }\n`,
  )
  const env = { JOTGATE_CONFIG: config }
  await runService({ ...env, DATA_DIR: dataDir }, ['user', 'add', 'bob'], password)
  const service = await start({ dataDir, env })
  const program = await findOrInstall({
    programs: ['nginx'],
    debianPackage: 'nginx-light',
    variable: 'PATH',
    holding: 'folders that have it',
  })
  const port = await freePort()
  const shipped = readFileSync(new URL('nginx.conf', deploy), 'utf8')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${place}/${name};`)
    .join(' ')
  const nginx = join(place, 'nginx.conf')
  writeFileSync(
    nginx,
    `daemon off; pid ${place}/pid; error_log ${place}/errors;\n` +
      shipped
        .replace(/(?:\s*server auth-\d:8888[^;]*;)+/, ` server 127.0.0.1:${String(service.port)};`)
        .replace('listen 8080', `listen 127.0.0.1:${String(port)}`)
        .replace('http {', `http { access_log off; ${temporary}`),
  )
  mkdirSync(join(place, 'logs'))
  const child = spawn(program, ['-c', nginx, '-p', place], { stdio: 'ignore' })
  const origin = `http://127.0.0.1:${String(port)}`
  const answers = () =>
    fetch(`${origin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  expect(await until(60_000, answers)).toBe(true)
  return { origin, stop: () => child.kill('SIGTERM') }
}

test('behind the shipped nginx one caller uses up its own failures, and those of no other', async ({
  own,
  onTestFinished,
}) => {
  const { origin, stop } = await behindNginx(own)
  onTestFinished(() => {
    stop()
  })
  const login = async (address: string, username: string, secret: string) => {
    const answer = await fetch(`${origin}/user/login`, {
      method: 'POST',
      // As what ends TLS before the balancer writes it.
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ username, password: secret }),
    })
    return answer.status
  }
  const attacks = []
  for (let i = 0; i < 8; i++)
    attacks.push(await login(`10.9.9.${String(i)}, 198.51.100.66`, `ghost${String(i)}`, 'wrong'))
  expect(attacks).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
  expect(await login('203.0.113.1', 'bob', password)).toBe(200)
  expect(await login('198.51.100.66', 'bob', password)).toBe(429)
  expect((await fetch(`${origin}/metrics`)).status).toBe(404)
})
