import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine, logInto, startSite, type Site, type Visit } from './console.js'

let site: Site
let visit: Visit

beforeAll(async () => {
  site = await startSite()
  visit = await site.open({ reducedMotion: 'reduce' })
})
afterAll(() => site.close())

const looks = [
  ['light', 1200],
  ['dark', 1200],
  ['light', 375],
  ['dark', 375],
] as const

/** What to do on a page before it is looked at. */
interface PageCase {
  readonly hash: string
  readonly title: string
  readonly prepare?: () => Promise<void>
}

const pages: readonly PageCase[] = [
  { hash: 'inspect', title: 'Inspect', prepare: inspect },
  { hash: 'sessions', title: 'Sessions' },
  { hash: 'revocations', title: 'Revocations' },
  { hash: 'keys', title: 'Keys' },
  { hash: 'traffic', title: 'Traffic', prepare: openTable },
  { hash: 'users', title: 'Users' },
  { hash: 'users/demo%3Aalice', title: 'alice' },
  { hash: 'clients', title: 'Clients', prepare: registerClient },
  { hash: 'audit', title: 'Audit log' },
  { hash: 'try', title: 'Try it', prepare: runFirstStep },
]

test('axe finds nothing on the login, in light and dark, wide and narrow', async () => {
  await visit.page.getByLabel('Username').waitFor()
  expect(await lookAtAll()).toEqual([])
  await logInto(visit.page)
})

test.each(pages)('axe finds nothing on $hash, in light and dark, wide and narrow', async (each) => {
  const { page, complaints } = visit
  await page.evaluate(`location.hash = '#/${each.hash}'`)
  await page.getByRole('heading', { level: 1, name: each.title }).waitFor()
  // A page may load more than one thing at once.
  await page.getByText('Loading …').first().waitFor({ state: 'detached' })
  await each.prepare?.()
  expect(await lookAtAll()).toEqual([])
  expect(complaints).toEqual([])
})

test('axe finds nothing in a dialog', async () => {
  const { page } = visit
  await page.evaluate("location.hash = '#/keys'")
  await page
    .getByRole('button', { name: /^Remove key/ })
    .first()
    .click()
  await page.getByRole('dialog').waitFor()
  expect(await lookAtAll()).toEqual([])
})

test('a field without a label is found, so that finding nothing means something', async () => {
  const { page } = visit
  await page.evaluate("document.querySelector('dialog label').remove()")
  expect((await lookAtAll()).join()).toContain('label: ')
})

async function lookAtAll(): Promise<string[]> {
  const found: string[] = []
  for (const [colorScheme, width] of looks) {
    await visit.page.emulateMedia({ colorScheme })
    await visit.page.setViewportSize({ width, height: 800 })
    const { violations, passes } = await examine(visit.page)
    const look = `${colorScheme} ${String(width)}`
    found.push(...violations.map((violation) => `${look}: ${violation}`))
    if (passes < 10) found.push(`${look}: only ${String(passes)} rules had something to look at`)
    const extra = await visit.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (extra > 0) found.push(`${look}: ${String(extra)} pixels too wide`)
  }
  return found
}

async function inspect(): Promise<void> {
  const { page } = visit
  const { accessToken } = await site.login()
  await page.getByLabel('Token').fill(`${accessToken}x`)
  await page.getByRole('button', { name: 'Inspect' }).click()
  await page.getByRole('region', { name: 'Verdict' }).waitFor()
}

async function openTable(): Promise<void> {
  await visit.page.getByText('The same as a table').click()
}

/** The form, then the secret in front of the list, then the client with two secrets, and what is left is the list. */
async function registerClient(): Promise<void> {
  const { page } = visit
  await page.getByRole('button', { name: 'Register a client' }).click()
  await page.getByLabel('Name').fill('Billing')
  await page.getByLabel('Scopes').fill('invoices:read invoices:write')
  await page.getByLabel('Audiences').fill('jotgate-demo')
  await page.getByLabel('Redirect addresses').fill('https://billing.example/callback')
  expect(await lookAtAll()).toEqual([])
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await page.getByRole('button', { name: 'Copy' }).waitFor()
  expect(await lookAtAll()).toEqual([])
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Rotate the secret …' }).click()
  expect(await lookAtAll()).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'End it now …' }).waitFor()
  expect(await lookAtAll()).toEqual([])
  await page.getByRole('link', { name: 'All clients' }).click()
  await page.getByRole('link', { name: 'Billing' }).waitFor()
}

async function runFirstStep(): Promise<void> {
  const { page } = visit
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('secret')
  await page.getByRole('button', { name: 'Run step 1' }).click()
  await page.getByText('Reveal tokens').waitFor()
}
