import { afterAll, beforeAll, expect, test } from 'vitest'
import { basic, postForm } from '../service/oauth/clients-of.js'
import { goTo, logInto, soon, startSite, type Site, type Visit } from './console.js'

let site: Site
let visit: Visit

beforeAll(async () => {
  site = await startSite()
  visit = await site.open({ permissions: ['clipboard-read', 'clipboard-write'] })
  await logInto(visit.page)
  await goTo(visit.page, 'Clients')
})
afterAll(() => site.close())

/** What the client that is looked at gets at the token endpoint with a secret. */
const ask = async (secret: string) => {
  const id = decodeURIComponent(new URL(visit.page.url()).hash.split('/')[2] ?? '')
  const url = `${site.service.origin}/oauth/token`
  return postForm(url, { grant_type: 'client_credentials' }, basic({ id, secret }))
}
const statusOf = async (secret: string) => (await ask(secret)).status
const dialog = () => visit.page.getByRole('dialog')
const press = (name: string) => visit.page.getByRole('button', { name, exact: true }).click()
const secrets: string[] = []

/** The secret that is shown, as the button copies it. */
async function takeSecret(): Promise<string> {
  const shown = await dialog().getByLabel('Secret').inputValue()
  await dialog().getByRole('button', { name: 'Copy' }).click()
  await dialog().getByText('Copied.').waitFor()
  expect(await visit.page.evaluate('navigator.clipboard.readText()')).toBe(shown)
  await dialog().getByRole('button', { name: 'Done' }).click()
  await dialog().waitFor({ state: 'detached' })
  secrets.push(shown)
  return shown
}

test('Clients says every fault at its field, and registers by keyboard alone', async () => {
  const { page, complaints } = visit
  await page.getByText('No clients yet').waitFor()
  await page.getByRole('button', { name: 'Register a client' }).focus()
  await page.keyboard.press('Enter')
  await dialog().locator('input:focus').waitFor() // on a busy machine the first letters were typed before it was there
  await page.keyboard.type('Billing')
  await page.keyboard.press('Tab') // the kind
  await page.keyboard.press('Tab') // the first grant
  await page.keyboard.press('Tab') // the second
  await page.keyboard.press('Tab') // the third
  await page.keyboard.press('Tab')
  await page.keyboard.type('invoices:read "')
  await page.keyboard.press('Tab')
  await page.keyboard.type('jotgate-demo ü')
  await page.keyboard.press('Enter')
  const faults = dialog().getByRole('alert')
  await expect.poll(() => faults.count(), soon).toBe(2)
  expect(await faults.allInnerTexts()).toEqual([
    'Must be 1 to 128 characters of RFC 6749 section 3.3.',
    'Must be 1 to 256 visible characters.',
  ])
  expect(complaints.splice(0)).toEqual([expect.stringContaining('400')])
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('End')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Enter')
  await dialog().getByLabel('Secret', { exact: true }).waitFor()
  const secret = await takeSecret()
  expect(secret).toMatch(/^[\w-]{43}$/)
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor()
  expect((await ask(secret)).body).toMatchObject({ scope: 'invoices:read', expires_in: 900 })
})

test('a client gets another name, scope and time; what is wrong is said at the field', async () => {
  const { page, complaints } = visit
  await page.getByLabel('Name').fill('Invoices')
  await page.getByLabel('Scopes').fill('invoices:read, invoices:write')
  await page.getByLabel('Life of access tokens (seconds)').fill('86400')
  await press('Change')
  expect(await page.getByRole('alert').innerText()).toBe(
    'Must not be longer than accessExpire of the configuration.',
  )
  expect(complaints.splice(0)).toEqual([expect.stringContaining('400')])
  await page.getByLabel('Life of access tokens (seconds)').fill('60')
  await press('Change')
  await page.getByText('Invoices has been changed.').waitFor()
  await page.getByRole('heading', { level: 1, name: 'Invoices' }).waitFor()
  const scope = 'invoices:read invoices:write'
  expect((await ask(secrets[0] ?? '')).body).toMatchObject({ scope, expires_in: 60 })
})

test('the form of a client shows whether its tokens have roles, and changes it', async () => {
  const { page } = visit
  const box = () => page.getByLabel('The roles of the user, in tokens of sessions (roles)')
  expect(await box().isChecked()).toBe(false)
  await box().check()
  await press('Change')
  await page.getByText('Invoices has been changed.').waitFor()
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Invoices' }).waitFor()
  expect(await box().isChecked()).toBe(true)
})

test('a secret is rotated, both are valid, and the old one is ended', async () => {
  const { page } = visit
  const [old = ''] = secrets
  await press('Rotate the secret …')
  await dialog().getByLabel('The current secret stays valid').selectOption('for an hour')
  await dialog().getByRole('button', { name: 'Rotate' }).click()
  await dialog().getByLabel('Secret', { exact: true }).waitFor()
  expect(await dialog().innerText()).toMatch(/The previous secret is valid until .*\d\d:\d\d/)
  const fresh = await takeSecret()
  expect(fresh).not.toBe(old)
  expect([await statusOf(old), await statusOf(fresh)]).toEqual([200, 200])
  await page.getByText(/ends\s+in (59 min|1 h)/).waitFor()
  await press('End it now …')
  await dialog().getByRole('button', { name: 'End it' }).click()
  await page.getByText('The old secret of Invoices is no longer valid.').waitFor()
  expect([await statusOf(old), await statusOf(fresh)]).toEqual([401, 200])
  expect(await page.getByText('Old secret', { exact: true }).count()).toBe(0)
})

test('a client is disabled and enabled, and removed only by who types it', async () => {
  const { page } = visit
  const secret = secrets.at(-1) ?? ''
  await press('Disable …')
  await dialog().getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Invoices has been disabled.').waitFor()
  expect(await statusOf(secret)).toBe(401)
  await goTo(page, 'Clients')
  const row = page.getByRole('row').filter({ hasText: 'Invoices' })
  expect(await row.innerText()).toMatch(/confidential[^]*invoices:write[^]*disabled/)
  await row.getByRole('link').click()
  await press('Enable …')
  await dialog().getByRole('button', { name: 'Enable' }).click()
  await page.getByText('Invoices has been enabled.').waitFor()
  expect(await statusOf(secret)).toBe(200)
  await press('Remove …')
  const button = dialog().getByRole('button', { name: 'Remove the client' })
  expect(await button.isDisabled()).toBe(true)
  await dialog().getByLabel('Type remove to confirm').fill('remove')
  await button.click()
  await page.getByText('No clients yet').waitFor()
})

test('an app has no secret to show or to rotate', async () => {
  const { page } = visit
  await press('Register a client')
  await dialog().getByLabel('Name').fill('Shop')
  await dialog().getByLabel('Kind').selectOption('public')
  expect(await dialog().getByLabel('Its own tokens').isDisabled()).toBe(true)
  expect(await dialog().getByLabel('Sessions of users').isChecked()).toBe(true)
  await dialog().getByLabel('Audiences').fill('jotgate-demo')
  await dialog().getByRole('button', { name: 'Register' }).click()
  await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor()
  expect(await page.getByRole('button', { name: 'Rotate the secret …' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Disable …' }).count()).toBe(1)
})

test('no secret was left in the page, its storage or an address', async () => {
  const { page, requests, complaints } = visit
  expect(secrets).toHaveLength(2)
  const kept =
    'JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, { ...sessionStorage }])'
  const text = [await page.evaluate(kept), ...requests.map(({ line, body }) => line + body)].join()
  for (const secret of secrets) expect(text).not.toContain(secret)
  expect(complaints).toEqual([])
})

test('Clients shows the first page, and the next one when it is asked for', async () => {
  const { page } = visit
  const client = { name: 'Many', kind: 'public', grants: ['refresh_token'], audiences: ['api'] }
  for (let made = 0; made < 51; made++) {
    const { status } = await site.call('POST', '/admin/clients', client)
    expect(status).toBe(200)
  }
  await goTo(page, 'Keys')
  await goTo(page, 'Clients')
  const rows = page.getByRole('row').filter({ hasText: 'public' })
  await expect.poll(() => rows.count(), soon).toBe(50)
  await press('Show more')
  await page.getByText('2 more clients.').waitFor()
  await expect.poll(() => rows.count(), soon).toBe(52) // with the app of a test before
  expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0)
})

test('an app is registered with the origins of its pages, and a wrong one is said at the field', async () => {
  const { page, complaints } = visit
  await goTo(page, 'Clients')
  await press('Register a client')
  await dialog().getByLabel('Name').fill('Store')
  expect(await dialog().getByLabel('Origins').count()).toBe(0)
  await dialog().getByLabel('Kind').selectOption('public')
  await dialog().getByLabel('Audiences').fill('jotgate-demo')
  await dialog().getByLabel('Origins').fill('https://shop.example https://shop.example/app')
  await dialog().getByRole('button', { name: 'Register' }).click()
  expect(await dialog().getByRole('alert').innerText()).toMatch(/^Must end after the host or port/)
  expect(complaints.splice(0)).toEqual([expect.stringContaining('400')])
  await dialog().getByLabel('Origins').fill('https://shop.example')
  await dialog().getByRole('button', { name: 'Register' }).click()
  await page.getByRole('heading', { level: 1, name: 'Store' }).waitFor()
  await page.getByLabel('Origins').fill('https://shop.example, http://localhost:5173')
  await press('Change')
  await page.getByText('Store has been changed.').waitFor()
  const id = new URL(page.url()).hash.split('/')[2] ?? ''
  const kept = (await (await site.call('GET', `/admin/clients/${id}`)).json()) as object
  expect(kept).toMatchObject({ origins: ['https://shop.example', 'http://localhost:5173'] })
})

test('a client that logs users in is registered, shown and changed, and a wrong address is said at its field', async () => {
  const { page, complaints } = visit
  await goTo(page, 'Clients')
  await press('Register a client')
  await dialog().getByLabel('Name').fill('Portal')
  await dialog().getByLabel('Its own tokens').uncheck()
  await dialog().getByLabel('Sessions of users').check()
  await dialog().getByLabel('Scopes').fill('openid')
  await dialog().getByLabel('Audiences').fill('jotgate-demo')
  expect(await dialog().getByLabel('Roles that may log in').count()).toBe(0)
  await dialog().getByLabel('Redirect addresses').fill('https://portal.example/cb#x')
  await dialog().getByLabel('Whose it is').selectOption('ask')
  await dialog().getByRole('button', { name: 'Register' }).click()
  expect(await dialog().getByRole('alert').innerText()).toMatch(/^Must have no fragment/)
  expect(complaints.splice(0)).toEqual([expect.stringContaining('400')])
  await dialog().getByLabel('Redirect addresses').fill('https://portal.example/cb')
  await dialog().getByRole('button', { name: 'Register' }).click()
  await dialog().getByRole('button', { name: 'Done' }).click()
  await page.getByRole('heading', { level: 1, name: 'Portal' }).waitFor()
  const id = new URL(page.url()).hash.split('/')[2] ?? ''
  const kept = async () => (await site.call('GET', `/admin/clients/${id}`)).json()
  const redirectUris = ['https://portal.example/cb']
  const grants = ['authorization_code', 'refresh_token']
  expect(await kept()).toMatchObject({ grants, signIn: { redirectUris, consent: 'ask' } })
  await page.getByLabel('Whose it is').selectOption('never')
  await page.getByLabel('Roles that may log in').fill('staff, buyer')
  await page.getByLabel('Address for logout tokens').fill('https://portal.example/out')
  await page.getByLabel('Its sessions go on').check()
  await press('Change')
  await page.getByText('Portal has been changed.').waitFor()
  const signIn = {
    ...{ redirectUris, consent: 'never', allowedRoles: ['staff', 'buyer'], offline: true },
    backchannelLogoutUri: 'https://portal.example/out',
  }
  expect(await kept()).toMatchObject({ grants, signIn })
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Portal' }).waitFor()
  expect(await page.getByLabel('Redirect addresses').inputValue()).toBe(redirectUris[0])
  expect(await page.getByLabel('Roles that may log in').inputValue()).toBe('staff buyer')
  await page.getByLabel('Redirect addresses').fill('')
  await press('Change')
  await page.getByText('Portal has been changed.').waitFor()
  expect(await kept()).toMatchObject({ grants: ['refresh_token'] })
  expect(await kept()).not.toHaveProperty('signIn')
})
