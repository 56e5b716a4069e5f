import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goTo, logInto, soon, startSite, tick, type Site, type Visit } from './console.js'

/** `npm run screenshots` writes the pictures anew. */
const isWriting = process.env['SCREENSHOTS'] === 'write'
const images = new URL('../../docs/images/', import.meta.url)
const shots = [
  { name: 'console-inspect', title: 'Inspect', colorScheme: 'light', width: 1200, height: 800 },
  { name: 'console-keys', title: 'Keys', colorScheme: 'light', width: 1200, height: 520 },
  { name: 'console-traffic', title: 'Traffic', colorScheme: 'dark', width: 1200, height: 800 },
  { name: 'console-clients', title: 'Clients', colorScheme: 'light', width: 1200, height: 520 },
  { name: 'console-sessions', title: 'Sessions', colorScheme: 'dark', width: 390, height: 800 },
] as const

let site: Site
let visit: Visit

beforeAll(async () => {
  site = await startSite()
  visit = await site.open()
  await logInto(visit.page)
})
afterAll(() => site.close())

test('Inspect shows header, claims and every check of a token', async () => {
  const { page } = visit
  const { accessToken, sid } = await site.login()
  await page.getByLabel('Token').fill(`Bearer ${accessToken}`)
  await page.getByRole('button', { name: 'Inspect' }).click()
  const verdict = page.getByRole('region', { name: 'Verdict' })
  expect(await verdict.innerText()).toContain('Accepted')
  const { kid } = decode(accessToken, 0)
  const { exp } = decode(accessToken, 1)
  const text = await page.getByRole('main').innerText()
  expect(text).toContain(`"${String(kid)}"`)
  expect(text).toContain(`"${sid}"`)
  const time = new Date(Number(exp) * 1000).toLocaleTimeString('en-GB')
  expect(text).toMatch(new RegExp(`expires in 1[45] min, at ${time}`))
  const signature = page.getByRole('row', { name: /^signature/ })
  expect(await signature.innerText()).toMatch(/pass[^]*matches/)
  const source = signature.getByRole('link', { name: 'RFC 7515 section 5.2' })
  expect(await source.getAttribute('href')).toBe(
    'https://www.rfc-editor.org/rfc/rfc7515#section-5.2',
  )
})

test('Inspect says at the top why a token is refused', async () => {
  const { page } = visit
  const { accessToken } = await site.login()
  const last = accessToken.at(-10) === 'A' ? 'B' : 'A'
  await page.getByLabel('Token').fill(accessToken.slice(0, -10) + last + accessToken.slice(-9))
  await page.getByRole('button', { name: 'Inspect' }).click()
  const verdict = page.getByRole('region', { name: 'Verdict' }).filter({ hasText: 'Refused' })
  expect(await verdict.innerText()).toContain('SIGNATURE_INVALID')
  const signature = page.getByRole('row', { name: /^signature/ })
  expect(await signature.innerText()).toContain('fail')
})

test('Sessions finds the one that was made through the API, and ends it', async () => {
  const { page } = visit
  const { accessToken, sid } = await site.login()
  await goTo(page, 'Sessions')
  await page.getByLabel('Username or session id').fill(sid)
  await page.getByRole('button', { name: 'Search' }).click()
  await expect.poll(() => page.locator('tbody tr').count(), soon).toBe(1)
  expect(await page.locator('tbody tr').innerText()).toMatch(new RegExp(`alice[^]*${sid}`))
  await page.getByRole('button', { name: `End session ${sid}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End the session' }).click()
  await page.getByText('A session of alice has ended.').waitFor()
  await expect.poll(() => status(accessToken), soon).toBe(401)
})

test('Sessions marks the one that is looking', async () => {
  const { page } = visit
  await page.getByLabel('Username or session id').fill('alice')
  await page.getByRole('button', { name: 'Search' }).click()
  const own = page.getByRole('row').filter({ hasText: 'this one' })
  await own.waitFor()
  expect(await own.count()).toBe(1)
  expect(await own.innerText()).toMatch(/Chrome \d+/)
})

test('a revocation made in the form refuses the token, and is listed', async () => {
  const { page } = visit
  const { accessToken } = await site.login()
  const jti = String(decode(accessToken, 1)['jti'])
  expect(await status(accessToken)).toBe(200)
  await goTo(page, 'Revocations')
  await page.getByLabel('Token id (the claim jti)').fill(jti)
  await page.getByRole('button', { name: 'Revoke …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('It has been revoked.').waitFor()
  await expect.poll(() => status(accessToken), soon).toBe(401)
  await tick(page)
  const entry = page.getByRole('row').filter({ hasText: jti })
  await entry.waitFor()
  expect(await entry.innerText()).toContain('one token')
  const process = page.getByRole('row').filter({ hasText: 'this one' })
  expect(await process.innerText()).toContain(`, ${String(site.service.child.pid)}`)
  expect(await process.innerText()).toMatch(/ready[^]*\d s/)
})

test('everything is revoked only by who types it', async () => {
  const { page } = visit
  const { accessToken } = await site.login()
  await page.getByLabel('What').selectOption('all')
  await page.getByRole('button', { name: 'Revoke …' }).click()
  const button = page.getByRole('dialog').getByRole('button', { name: 'Revoke' })
  expect(await button.isDisabled()).toBe(true)
  await page.getByLabel('Type everything to confirm').fill('everythin')
  expect(await button.isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await status(accessToken)).toBe(200)
})

test('Keys shows what jwks.json publishes, and a rotation changes the timeline', async () => {
  const { page } = visit
  const answer = await fetch(`${site.service.origin}/.well-known/jwks.json`)
  const { keys } = (await answer.json()) as { keys: { kid: string }[] }
  await goTo(page, 'Keys')
  const shown = page.locator('tbody tr th')
  await shown.first().waitFor()
  expect((await shown.allInnerTexts()).sort()).toEqual(keys.map(({ kid }) => kid).sort())
  const next = page.getByRole('row').filter({ hasText: 'pre-published' })
  const kid = await next.locator('th').innerText()
  const waiting = page.locator(`rect[data-kind="pre-published"][data-row="${kid}"]`)
  expect(await next.innerText()).toMatch(/in \d+ days/)
  const before = Number(await waiting.getAttribute('width'))
  await page.getByRole('button', { name: 'Rotate now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
  await page
    .getByText('The next key takes over as soon as it has been published for long enough.')
    .waitFor()
  await expect
    .poll(async () => Number(await waiting.getAttribute('width')), soon)
    .not.toBeCloseTo(before, 0)
  const row = page.getByRole('row').filter({ hasText: kid })
  expect(await row.innerText()).not.toMatch(/pre-published[^]*in \d+ days[^]*not decided/)
})

test('a key that others may know is removed only by who types it, and published no more', async () => {
  const { page } = visit
  const row = page.getByRole('row').filter({ hasText: 'pre-published' })
  const kid = await row.locator('th').innerText()
  await row.getByRole('button', { name: `Remove key ${kid}` }).click()
  const dialog = page.getByRole('dialog')
  const button = dialog.getByRole('button', { name: 'Remove the key' })
  expect(await button.isDisabled()).toBe(true)
  await dialog.getByLabel('Type remove to confirm').fill('remove')
  await button.click()
  await page.getByText(`The key ${kid} has been removed.`).waitFor()
  await expect.poll(() => page.locator('tbody th').allInnerTexts(), soon).not.toContain(kid)
  const answer = await fetch(`${site.service.origin}/.well-known/jwks.json`)
  expect(await answer.text()).not.toContain(kid)
})

test('Traffic counts a refused call by its reason within seconds', async () => {
  const { page } = visit
  await goTo(page, 'Traffic')
  const count = async () => {
    const texts = await page.locator('.legend li').allInnerTexts()
    return texts.find((text) => text.includes('TOKEN_MALFORMED')) ?? 'none'
  }
  await page.locator('.legend li').first().waitFor()
  expect(await count()).toBe('none')
  for (let calls = 0; calls < 3; calls++) expect(await status('no-token')).toBe(401)
  await tick(page)
  await expect.poll(count, soon).toMatch(/TOKEN_MALFORMED\s+3$/)
  const bars = page.locator('rect[data-series="TOKEN_MALFORMED"]')
  expect(await bars.count()).toBeGreaterThan(0)
  await page.getByText('The same as a table').click()
  const header = await page.locator('thead th').allInnerTexts()
  const column = header.indexOf('TOKEN_MALFORMED')
  const cells = await page.locator(`tbody tr > :nth-child(${String(column + 1)})`).allInnerTexts()
  expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBe(3)
})

test('Users adds one, with the rules said at the field; disables and enables', async () => {
  const { page } = visit
  const username = `bob-${randomUUID().slice(0, 8)}`
  const password = 'a lighthouse keeper counts gulls'
  await goTo(page, 'Users')
  await page.getByRole('button', { name: 'Add a user' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Username').fill(username)
  await dialog.getByLabel('New password').fill('short')
  await dialog.getByRole('button', { name: 'Add' }).click()
  const fault = dialog.getByRole('alert')
  expect(await fault.innerText()).toBe('A password must have at least 15 characters.')
  // It is the first thing that made the browser complain.
  expect(visit.complaints.splice(0)).toEqual([expect.stringContaining('400')])
  const described = await dialog.getByLabel('New password').getAttribute('aria-describedby')
  expect(described).toContain(String(await fault.getAttribute('id')))
  await dialog.getByLabel('New password').fill(password)
  await dialog.getByLabel('Roles').fill('auditor, editor')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('heading', { level: 1, name: username }).waitFor()
  expect(await page.getByLabel('Roles').inputValue()).toBe('auditor, editor')
  const { accessToken } = await site.login(username, password)
  expect(await status(accessToken)).toBe(200)
  await page.getByRole('button', { name: 'Disable …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByText(`${username} has been disabled.`).waitFor()
  await expect(site.login(username, password)).rejects.toThrow('401')
  await expect.poll(() => status(accessToken), soon).toBe(401)
  await page.getByRole('button', { name: 'Enable …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click()
  await page.getByText(`${username} has been enabled.`).waitFor()
  await site.login(username, password)
  const changed = 'two foxes cross the frozen harbour'
  await page.getByLabel('New password').fill(changed)
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByText('has a new password').waitFor()
  await site.login(username, changed)
  await goTo(page, 'Users')
  await page.getByLabel('Username').fill(username.slice(0, 5))
  await page.getByRole('button', { name: 'Search' }).click()
  const row = page.getByRole('row').filter({ hasText: username })
  expect(await row.innerText()).toMatch(/auditor\s*editor/)
})

test('Try it walks through the life of a session, tokens shortened until asked for', async () => {
  const { page, complaints } = visit
  expect(complaints).toEqual([])
  await goTo(page, 'Try it')
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('secret')
  const statuses = page.locator('.answer .tag')
  for (const [index, expected] of ['200', '200', '200', '204', '401'].entries()) {
    await page.getByRole('button', { name: `Run step ${String(index + 1)}` }).click()
    await expect.poll(() => statuses.nth(index).innerText(), soon).toBe(expected)
  }
  const first = page.locator('.answer').first()
  expect(await first.innerText()).toMatch(/"accessToken": "eyJ.{9}…"/)
  await first.getByRole('button', { name: 'Reveal tokens' }).click()
  const [, token = ''] = /"accessToken": "([^"]+)"/.exec(await first.innerText()) ?? []
  expect(token.split('.')).toHaveLength(3)
  expect(await page.getByLabel('Line of step 2').innerText()).toBe(
    `curl -s ${site.service.origin}/user/profile -H "authorization: Bearer $ACCESS"`,
  )
  expect(
    await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])'),
  ).not.toContain('eyJ')
  // The last step is a refusal on purpose, and the browser says so.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('401')])
})

test('nothing of all that made the browser complain', () => {
  expect(visit.complaints).toEqual([])
})

test('the pages are drawn as the documentation shows them', { timeout: 300_000 }, async () => {
  const { page } = visit
  await makeClients()
  if (isWriting) await makeTraffic()
  for (const { name, title, colorScheme, width, height } of shots) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
    await goTo(page, title)
    if (title === 'Inspect') {
      await page.getByLabel('Token').fill(await revokedToken())
      await page.getByRole('button', { name: 'Inspect' }).click()
      await page.getByRole('region', { name: 'Verdict' }).waitFor()
    }
    await page.getByText('Loading …').first().waitFor({ state: 'detached' })
    const image = await page.screenshot({ animations: 'disabled', caret: 'hide' })
    // An empty page is a tenth of it.
    expect(image.byteLength).toBeGreaterThan(20_000)
    expect(image.byteLength).toBeLessThan(200_000)
    if (isWriting) writeFileSync(new URL(`${name}.png`, images), image)
    expect(existsSync(new URL(`${name}.png`, images))).toBe(true)
  }
})

/** One whose session has ended: all is well with it but that. */
async function revokedToken(): Promise<string> {
  const { accessToken } = await site.login()
  const headers = { authorization: `Bearer ${accessToken}` }
  await fetch(`${site.service.origin}/user/logout`, { method: 'POST', headers })
  return accessToken
}

async function makeClients(): Promise<void> {
  const audiences = ['https://invoices.example']
  const service = { kind: 'confidential', grants: ['client_credentials'], audiences }
  for (const client of [
    { ...service, name: 'Billing', scopes: ['invoices:read', 'invoices:write'] },
    { ...service, name: 'Reports', scopes: ['invoices:read'] },
    { ...service, name: 'Shop', kind: 'public', grants: ['refresh_token'], scopes: ['cart'] },
  ]) {
    const answer = await site.call('POST', '/admin/clients', client)
    expect(answer.status).toBe(200)
  }
}

/** What a minute brings. */
async function makeTraffic(): Promise<void> {
  const { accessToken } = await site.login()
  const end = Date.now() + 100_000
  while (Date.now() < end) {
    const calls = Array.from({ length: 2 + Math.floor(Math.random() * 6) }, () =>
      status(accessToken),
    )
    if (Math.random() < 0.4) calls.push(status('no-token'))
    if (Math.random() < 0.3) calls.push(fetch(`${site.service.origin}/user/profile`).then(() => 0))
    if (Math.random() < 0.1) calls.push(site.login('nobody', 'wrong').then(Number, () => 0))
    await Promise.all(calls)
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 400))
  }
}

function decode(token: string, part: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >
}

/** What a guarded call with the token is answered. */
async function status(token: string): Promise<number> {
  const answer = await fetch(`${site.service.origin}/user/profile`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return answer.status
}
