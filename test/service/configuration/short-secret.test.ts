import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testWithServices as test } from '../own-services.js'
import { runService } from '../running-service.js'

const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)

function configured(folder: string, accept: string) {
  const path = join(folder, 'jotgate.yaml')
  const auth = `{ accessSecret: env:SECRET, ${accept} }`
  writeFileSync(
    path,
    `issuer: https://a.example\naudience: api\nhosts: [a.example]\nauth: ${auth}\n`,
  )
  return { JOTGATE_CONFIG: path, SECRET: 'hunter2' }
}

test.concurrent(
  'a service takes a short secret until a day, warns at the start, and in readyz from 30 days before',
  async ({ folder, start }) => {
    const dataDir = folder()
    const soon = configured(dataDir, `accept: { short-secret: ${day(29)} }`)
    const service = await start({ dataDir, env: soon })
    const ready = await fetch(`${service.origin}/readyz`)
    expect(ready.status).toBe(200)
    expect(JSON.stringify(await ready.json())).toContain(`short-secret ends on ${day(29)}`)
    expect(service.output()).toContain('JOTGATE_SHORT_SECRET')
    expect(service.output()).not.toContain('hunter2')
  },
)

test.concurrent(
  'a service with a longer exception by JOTGATE_ACCEPT has no note in readyz',
  async ({ folder, start }) => {
    const dataDir = folder()
    const env = { ...configured(dataDir, ''), JOTGATE_ACCEPT: `short-secret:${day(200)}` }
    const service = await start({ dataDir, env })
    expect(await (await fetch(`${service.origin}/readyz`)).json()).toEqual({ status: 'ready' })
  },
)

test.concurrent(
  'a service refuses a short secret without the exception, or after its day',
  async ({ folder }) => {
    const none = await runService(configured(folder(), ''), ['check-config'])
    expect(none.output).toMatch(/auth\.accessSecret: must be at least 32 bytes/)
    const ended = configured(folder(), `accept: { short-secret: ${day(-3)} }`)
    const late = await runService(ended, ['check-config'])
    expect(late.output).toContain('auth.accessSecret: the exception has ended')
    expect([none.code, late.code]).toEqual([1, 1])
    expect(none.output + late.output).not.toContain('hunter2')
  },
)
