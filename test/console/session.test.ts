import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { goTo, logInto, soon, startSite, tick, type Site, type Visit } from './console.js'

let site: Site
let visit: Visit

beforeAll(async () => {
  site = await startSite()
  visit = await site.open()
})
afterAll(() => site.close())
beforeEach(async () => {
  const { page, complaints, requests } = visit
  await page.context().clearCookies()
  await page.evaluate("localStorage.clear(); history.replaceState(null, '', '/console/')")
  await page.reload()
  complaints.length = 0
  requests.length = 0
})

test('a wrong password is told, with what to do next, and no word of which was wrong', async () => {
  const { page, complaints } = visit
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('wrong')
  await page.keyboard.press('Enter')
  expect(await page.getByRole('alert').innerText()).toBe(
    'The username or the password is wrong. Check both and try again.',
  )
  await expect.poll(() => complaints, soon).toEqual([expect.stringContaining('401')])
})

test('a user who is no administrator is told so, and can leave', async () => {
  const password = 'nine quiet herons in the reeds'
  const made = await site.call('POST', '/admin/users', { username: 'carol', password })
  expect(made.ok).toBe(true)
  const { page, complaints, requests } = visit
  await logInto(page, 'carol', password)
  expect(await page.getByRole('main').innerText()).toContain('You are not an administrator')
  expect(requests.filter(({ line }) => line.includes('/admin/'))).toEqual([])
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByText('You are logged out.').waitFor()
  expect(await page.context().cookies()).toEqual([])
  expect(complaints).toEqual([])
})

test('a session outlives a reload; one that has ended goes to the login and back', async () => {
  const { page, complaints } = visit
  await logInto(page)
  await goTo(page, 'Keys')
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  expect(complaints).toEqual([])
  const ended = await site.call('DELETE', '/admin/users/demo:alice/sessions')
  expect(ended.status).toBe(200)
  await tick(page)
  await page.getByText('Your session has ended.').waitFor()
  await logInto(page)
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  for (const complaint of complaints) expect(complaint).toContain('401')
})

test('an access token that has run out is renewed, and nobody is asked', async () => {
  const { page, complaints, requests } = visit
  await logInto(page)
  await page.context().clearCookies({ name: '__Host-access' })
  await goTo(page, 'Keys')
  await page.locator('tbody tr').first().waitFor()
  expect(requests.map(({ line }) => line)).toContain('POST /console/refresh')
  const names = (await page.context().cookies()).map(({ name }) => name)
  expect(names).toContain('__Host-access')
  for (const complaint of complaints) expect(complaint).toContain('401')
})

test('a logout in one tab ends the other', async () => {
  const { page } = visit
  await logInto(page)
  const second = await page.context().newPage()
  await second.goto(`${site.service.origin}/console/#/users`)
  await second.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await second.getByText('Your session has ended.').waitFor()
  await second.close()
})

test('a pasted token goes to the service’s inspection and nowhere else', async () => {
  const { accessToken } = await site.login()
  const { page, requests } = visit
  await logInto(page)
  await page.getByLabel('Token').fill(accessToken)
  await page.getByRole('button', { name: 'Inspect' }).click()
  await page.getByRole('region', { name: 'Verdict' }).waitFor()
  const [, claims = '', signature = ''] = accessToken.split('.')
  const told = requests.filter(({ line, body }) =>
    [claims, signature].some((part) => line.includes(part) || body.includes(part)),
  )
  expect(told.map(({ line }) => line)).toEqual(['POST /admin/inspect'])
  const kept = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.cookie])',
  )
  expect(kept).toContain('console')
  for (const part of [claims, signature]) expect(kept).not.toContain(part)
  await goTo(page, 'Keys')
  await page.goBack()
  expect(await page.getByLabel('Token').inputValue()).toBe('')
})

test('a dialog is walked through by keys alone, and gives the focus back', async () => {
  const { page, complaints } = visit
  await logInto(page)
  await goTo(page, 'Keys')
  const rotate = page.getByRole('button', { name: 'Rotate now' })
  await rotate.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Rotate the keys?' })
  await dialog.waitFor()
  await expect.poll(focused, soon).toBe('Cancel')
  await page.keyboard.press('Tab')
  await expect.poll(focused, soon).toBe('Rotate')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(focused, soon).toBe('Rotate now')
  await page.keyboard.press('Enter')
  await dialog.waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page
    .getByText('The next key takes over as soon as it has been published for long enough.')
    .waitFor()
  await expect.poll(focused, soon).toBe('Rotate now')
  expect(complaints).toEqual([])

  function focused(): Promise<string> {
    return page.evaluate('document.activeElement.textContent.trim()')
  }
})

test('the first key press leads past the menu', async () => {
  const { page } = visit
  await logInto(page)
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Inspect' }).waitFor()
  await page.keyboard.press('Tab')
  const focused = (what: string) => page.evaluate<string>(`document.activeElement.${what}`)
  await expect.poll(() => focused('textContent'), soon).toBe('Skip to the page')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect.poll(() => focused('tagName'), soon).toBe('TEXTAREA')
})

test('a service that does not answer is told of, and what was known stays', async () => {
  const { page } = visit
  await logInto(page)
  await goTo(page, 'Sessions')
  await page.locator('tbody tr').first().waitFor()
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Reload' }).click()
  const alert = page.getByRole('alert')
  expect(await alert.innerText()).toContain('The service did not answer.')
  expect(await page.locator('tbody tr').count()).toBeGreaterThan(0)
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await alert.waitFor({ state: 'detached' })
})

test('the page comes with a policy that lets nothing in but the service’s own', async () => {
  const { origin } = site.service
  const page = await fetch(`${origin}/console/`)
  const html = await page.text()
  expect(page.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(Object.fromEntries(page.headers)).toMatchObject({
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/)
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  expect(files.length).toBeGreaterThanOrEqual(3)
  for (const path of files) {
    const file = await fetch(origin + path)
    expect(file.status).toBe(200)
    const kept = path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store'
    expect(file.headers.get('cache-control')).toBe(kept)
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
    await file.arrayBuffer()
  }
  const moved = await fetch(`${origin}/console`, { redirect: 'manual' })
  expect([moved.status, moved.headers.get('location')]).toEqual([308, '/console/'])
  for (const path of ['/console/none', '/console/assets/', '/console/icon.svg/']) {
    expect((await fetch(origin + path)).status).toBe(404)
  }
})
