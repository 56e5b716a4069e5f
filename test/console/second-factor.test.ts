import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser } from '../setup/browser.js'
import { freePort, runService, startService, temporaryFolder } from '../service/running-service.js'
import { codeOf, wrongCodeOf } from '../service/users/second-factor/codes.js'
import { examine, logInto, startSite, type Site, type Visit } from './console.js'

let site: Site
let visit: Visit
beforeAll(async () => {
  site = await startSite()
  visit = await site.open()
})
afterAll(() => site.close())

/** Sets up a second factor on the page of the account; the secret and the recovery codes. */
async function setUp(page: Page, password: string) {
  await page.getByRole('button', { name: 'Set up …' }).click()
  await page.getByLabel('Your password').fill(password)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('img', { name: 'QR code with the secret' }).waitFor()
  const secret = await page.getByLabel('Or type this secret into the app').inputValue()
  expect((await examine(page)).violations).toEqual([])
  await page.getByLabel('Code', { exact: true }).fill(wrongCodeOf(secret))
  await page.getByRole('button', { name: 'Set up', exact: true }).click()
  expect(await page.getByRole('alert').innerText()).toContain('The code is wrong')
  await page.getByLabel('Code', { exact: true }).fill(codeOf(secret))
  await page.getByRole('button', { name: 'Set up', exact: true }).click()
  await page.getByText('These codes are shown only this once').waitFor()
  const codes = await page.locator('.recovery-codes li').allInnerTexts()
  await page.getByRole('button', { name: 'Done' }).click()
  return { secret, codes }
}

test('a user sets up a second factor, logs in with a code, and removes it with a recovery code', async () => {
  const { page, complaints } = visit
  await logInto(page)
  await page.getByTitle('Your account').click()
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()
  const { secret, codes } = await setUp(page, 'secret')
  expect(codes).toHaveLength(10)
  await page.getByText('10 recovery codes are left').waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByText('You are logged out.').waitFor()

  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('secret')
  await page.getByRole('button', { name: 'Log in' }).click()
  const field = page.getByLabel('Code', { exact: true })
  await field.waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(await field.evaluate('document.activeElement.autocomplete')).toBe('one-time-code')
  expect((await examine(page)).violations).toEqual([])
  await field.fill(wrongCodeOf(secret))
  await page.keyboard.press('Enter')
  expect(await page.getByRole('alert').innerText()).toContain(
    'The username, the password or the code is wrong.',
  )
  await field.fill(codeOf(secret, 1))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()

  await page.getByRole('button', { name: 'Remove …' }).click()
  await page.getByLabel('Your password').fill('secret')
  await field.fill(codes[0] ?? '')
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Your account has none.').waitFor()
  for (const complaint of complaints) expect(complaint).toMatch(/40[13]/)
})

test('administrators set up the second factor that they need, and then have their pages', async () => {
  const folder = temporaryFolder()
  const config = join(folder.path, 'jotgate.yaml')
  const port = await freePort()
  const origin = `http://127.0.0.1:${String(port)}`
  writeFileSync(
    config,
    `issuer: ${origin}\naudience: api\nhosts: [auth.example]\norigins: ['${origin}']\nsecondFactor: admins\n` +
      'links:\n  signUp: https://shop.example/join\n  resetPassword: https://shop.example/forgot\n',
  )
  const env = { JOTGATE_CONFIG: config, DATA_DIR: folder.path }
  const password = `${randomBytes(12).toString('hex')} river`
  expect((await runService(env, ['user', 'add', 'root', 'admin'], password)).code).toBe(0)
  const service = await startService({ dataDir: folder.path, port, env })
  const browser = await startBrowser()
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(30_000)
  try {
    await page.goto(`${origin}/console/`)
    const link = page.getByRole('link', { name: 'Forgot your password?' })
    expect(await link.getAttribute('href')).toBe('https://shop.example/forgot')
    expect(await page.getByRole('link', { name: 'Create an account' }).count()).toBe(1)
    await logInto(page, 'root', password)
    await page.getByRole('heading', { name: 'You need a second factor' }).waitFor()
    const { secret } = await setUp(page, password)
    // The session began without it: what needs it asks for the password and a code once.
    await page.getByRole('navigation').getByRole('link', { name: 'Users' }).click()
    await page.getByRole('heading', { name: 'Enter your password' }).waitFor()
    await page.getByRole('textbox', { name: 'Your password' }).fill(password)
    await page.getByLabel('Code', { exact: true }).fill(codeOf(secret, 1))
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('link', { name: 'root' }).first().waitFor()
  } finally {
    await browser.close()
    await service.stop()
    folder.remove()
  }
})
