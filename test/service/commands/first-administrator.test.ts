import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testWithServices as test } from '../own-services.js'
import { runService } from '../running-service.js'

const line =
  /"level":40[^\n]*this service has no administrator yet: add one with `npm start -- user add NAME admin`/

test.concurrent(
  'the log says how to add an administrator, until there is one',
  async ({ folder, start }) => {
    const [dataDir, config] = [folder(), join(folder(), 'jotgate.yaml')]
    writeFileSync(config, 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n')
    const env = { JOTGATE_CONFIG: config }
    const run = async (...args: string[]) => {
      const password = 'eleven herons over a weir'
      const { code } = await runService({ ...env, DATA_DIR: dataDir }, ['user', ...args], password)
      expect([args, code]).toEqual([args, 0])
    }
    const saysSo = async () => {
      const service = await start({ dataDir, env })
      await service.stop()
      return line.test(service.output())
    }
    await run('add', 'ada', 'administrators', 'adminx')
    expect(await saysSo()).toBe(true)
    await run('add', 'bob', 'audit', 'admin')
    expect(await saysSo()).toBe(false)
  },
)

test.concurrent(
  'the log asks for no administrator beside the demo user',
  async ({ folder, start }) => {
    const service = await start({ dataDir: folder() })
    await service.stop()
    expect(service.output()).not.toMatch(/no administrator/)
    expect(service.output()).toContain('alice')
  },
)
