import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { bundledService } from '../../../tools/setup/bundle-service.mjs'
import { testWithServices as test } from '../own-services.js'

test('the files that a command makes can be read by their owner alone, whatever the umask and the folder', async ({
  folder,
}) => {
  const dataDir = join(folder(), 'data')
  mkdirSync(dataDir, { mode: 0o755 })
  const lines = 'umask 022; exec "$0" "$@"'
  const args = ['-c', lines, process.execPath, bundledService, 'user', 'add', 'bob', 'admin']
  const env = { PATH: process.env['PATH'], DATA_DIR: dataDir }
  const child = spawn('sh', args, { env, stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end('eleven herons over a weir')
  expect(await once(child, 'exit')).toEqual([0, null])
  const files = readdirSync(dataDir)
  expect(files).toContain('jotgate.db')
  const open = files.filter((name) => (statSync(join(dataDir, name)).mode & 0o077) !== 0)
  expect(open).toEqual([])
})
