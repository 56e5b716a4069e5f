import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildConsole } from '../../tools/setup/build-console.mjs'

test('the console is not built again when nothing has changed', async () => {
  const page = new URL('../../apps/console/dist/index.html', import.meta.url)
  expect(await buildConsole()).toBeUndefined()
  const { mtimeMs } = statSync(page)
  expect(await buildConsole()).toBeUndefined()
  expect(statSync(page).mtimeMs).toBe(mtimeMs)
})
