import { expect, test } from 'vitest'
import { startBrowser } from './browser.js'

test('the setup starts a browser that runs scripts', async () => {
  const browser = await startBrowser()
  const page = await browser.newPage()
  expect(await page.evaluate('[1, 2, 3].at(-1)')).toBe(3)
  await browser.close()
})

test('without a browser and the right to install one the setup fails, and says what to do', async () => {
  const machine = { path: '/nowhere', isRoot: false }
  await expect(startBrowser({ path: undefined, machine })).rejects.toThrow(
    /chromium.*install the package chromium, or set CHROMIUM_PATH to the path/,
  )
})

test('a path that holds none fails', async () => {
  await expect(startBrowser({ path: '/nowhere/chromium' })).rejects.toThrow(/nowhere/)
})
