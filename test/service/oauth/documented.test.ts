import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'

const main = fileURLToPath(new URL('../../../apps/auth-service/dist/main.js', import.meta.url))
const folder = temporaryFolder()
let service: RunningService

beforeAll(async () => {
  service = await startService({ dataDir: join(folder.path, 'data') })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

interface Step {
  readonly command: string
  output: string
}

/** The fenced blocks: a command, and the output shown below it. */
function readSteps(): readonly Step[] {
  const document = readFileSync(new URL('../../../docs/oauth.md', import.meta.url), 'utf8')
  const steps: Step[] = []
  for (const [, kind, body = ''] of document.matchAll(/```(sh|text)\n([^]*?)```/g)) {
    const last = steps.at(-1)
    if (kind === 'sh') steps.push({ command: body, output: '' })
    else if (last) last.output = body
  }
  return steps
}

/** What differs from one day to the next, and nothing else. */
function withoutTheDay(text: string): string {
  return text
    .replaceAll(service.origin, 'http://127.0.0.1:8888')
    .replace(/"(access_token|refresh_token|jti)":"[\w.-]+"/g, '"$1":"…"')
    .replace(/"client-[\w-]{22}"/g, '"client-…"')
    .replace(/"(iat|exp|access_expire|refresh_after)":\d{10}/g, '"$1":0')
    .trim()
}

test('the lines of the page work as they stand, and give the output that it shows', () => {
  const steps = readSteps()
  expect(steps.length).toBeGreaterThanOrEqual(5)
  expect(steps.filter(({ output }) => output !== '').length).toBeGreaterThanOrEqual(4)
  // `npm start --` would install and build first: the program that it then runs, in its place.
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  const npm = `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${main}" "$@"\n`
  writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 })
  const mark = '--- next step ---'
  const script = steps.map(({ command }) => `${command}\necho '${mark}'`).join('\n')
  const output = execFileSync('sh', ['-eu'], {
    cwd: folder.path,
    input: script.replaceAll('http://127.0.0.1:8888', service.origin),
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, PORT: String(service.port) },
  })
  const outputs = output.split(`${mark}\n`)
  steps.forEach((step, at) => {
    expect(withoutTheDay(outputs[at] ?? '')).toBe(step.output.trim())
  })
})
