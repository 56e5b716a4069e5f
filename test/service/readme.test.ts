import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareAnswers } from '../setup/page-answers.js'
import { readSteps } from '../setup/page-steps.js'
import { takeSteps } from '../setup/page-terminal.js'
import { startService, temporaryFolder, type RunningService } from './running-service.js'

const folder = temporaryFolder()
let service: RunningService

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const [, walk = ''] = readme.split(/<!-- walk:(?:start|end) -->/)
const steps = readSteps('README.md', walk)

test('the walk of the README gives the output it shows, step by step', async () => {
  const ports = new Map([['8888', String(service.port)]])
  const place = { folder: folder.path, env: process.env, ports }
  const { shown, came } = compareAnswers(await takeSteps(steps, place))
  expect(came).toEqual(shown)
  expect(shown).toHaveLength(6)
})

test('the README shows the commands that the service prints', () => {
  const commands = steps.flatMap((step) => (step.kind === 'command' ? [step.command] : []))
  expect(commands).toHaveLength(6)
  for (const command of commands) {
    const line = command.split('\n').find((each) => !each.startsWith('#')) ?? ''
    expect(service.output()).toContain(line.replaceAll('http://127.0.0.1:8888', service.origin))
  }
})
