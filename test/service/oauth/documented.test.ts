import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareAnswers } from '../../setup/page-answers.js'
import { readSteps } from '../../setup/page-steps.js'
import { takeSteps } from '../../setup/page-terminal.js'
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

test('the lines of the page work as they stand, and give the output that it shows', async () => {
  const page = readFileSync(new URL('../../../docs/oauth.md', import.meta.url), 'utf8')
  // `npm start --` would install and build first: the program that it then runs, in its place.
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  const npm = `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${main}" "$@"\n`
  writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 })
  const given = await takeSteps(readSteps('docs/oauth.md', page), {
    folder: folder.path,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, PORT: String(service.port) },
    ports: new Map([['8888', String(service.port)]]),
  })
  const { shown, came } = compareAnswers(given)
  expect(came).toEqual(shown)
  expect(shown.length).toBeGreaterThanOrEqual(5)
  expect(shown.filter(([, answer]) => answer !== '').length).toBeGreaterThanOrEqual(4)
})
