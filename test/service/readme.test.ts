import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

interface Step {
  command: string
  output: string
}

/** The fenced blocks of the walk: a command, and the output shown below it. */
function readSteps(): Step[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, walk = ''] = readme.split(/<!-- walk:(?:start|end) -->/)
  const steps: Step[] = []
  for (const [, kind, body = ''] of walk.matchAll(/```(sh|text)\n([^]*?)```/g)) {
    const last = steps.at(-1)
    if (kind === 'sh') steps.push({ command: body, output: '' })
    else if (last) last.output = body
  }
  return steps
}

/** What differs from one walk to the next, and nothing else. */
function withoutTheDay(text: string): string {
  return text
    .replaceAll('\r', '')
    .replaceAll(service.origin, 'http://127.0.0.1:8888')
    .replace(/"(accessToken|refreshToken)":"[\w.…-]+"/g, '"$1":"…"')
    .replace(/"(accessExpire|refreshAfter)":\d{10}/g, '"$1":0')
    .replace(/"sid":"[\w-]{22}"/g, '"sid":"…"')
    .replace(/^Date: .*$/m, 'Date: …')
    .trim()
}

test('the walk of the README gives the output it shows, step by step', () => {
  const steps = readSteps()
  expect(steps).toHaveLength(6)
  const mark = '--- next step ---'
  const script = steps.map(({ command }) => `${command}\necho '${mark}'`).join('\n')
  const output = execFileSync('sh', ['-eu'], {
    input: script.replaceAll('http://127.0.0.1:8888', service.origin),
    encoding: 'utf8',
  })
  const outputs = output.split(`${mark}\n`)
  steps.forEach((step, at) => {
    expect(withoutTheDay(outputs[at] ?? '')).toBe(withoutTheDay(step.output))
  })
})

test('the README shows the commands that the service prints', () => {
  for (const { command } of readSteps()) {
    const line = command.split('\n').find((each) => !each.startsWith('#')) ?? ''
    expect(service.output()).toContain(line.replaceAll('http://127.0.0.1:8888', service.origin))
  }
})
