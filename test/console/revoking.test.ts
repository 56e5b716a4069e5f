import { afterAll, beforeAll, expect, test } from 'vitest'
import { goTo, logInto, startSite, tick, type Site, type Visit } from './console.js'

let site: Site
let visit: Visit

beforeAll(async () => {
  site = await startSite()
  visit = await site.open()
  await logInto(visit.page)
})
afterAll(() => site.close())

const status = async (token: string) => {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${site.service.origin}/user/profile`, { headers })).status
}

test('the tokens of all users are revoked only by who types the name of their client', async () => {
  const { page, complaints } = visit
  await goTo(page, 'Revocations')
  const { accessToken } = await site.login()
  await page.getByLabel('What').selectOption('client')
  await page.getByLabel('Client id (the claim client_id)').fill('first-party')
  await page.getByRole('button', { name: 'Revoke …' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByText(/It hits/).innerText()).toMatch(/hits [2-9]\d* live sessions/)
  const button = dialog.getByRole('button', { name: 'Revoke' })
  expect(await button.isDisabled()).toBe(true)
  await page.getByLabel('Type first-party to confirm').fill('first-party')
  await button.click()
  await dialog.waitFor({ state: 'detached' })
  expect(await status(accessToken)).toBe(401)
  expect(await status((await site.login()).accessToken)).toBe(200)
  // The console's own session goes on, with another token.
  await tick(page)
  await page.getByRole('row').filter({ hasText: 'first-party' }).first().waitFor()
  for (const each of complaints.splice(0)) expect(each).toContain('401')
})
