import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../service/running-service.js'
import { examine, goTo, logInto, startSite, type Site, type Visit } from './console.js'

const folder = temporaryFolder()
const shiftFile = join(folder.path, 'shift')
const shim = pathToFileURL(join(import.meta.dirname, '../setup/shifted-clock.mjs')).href
const password = 'nine quiet herons in the reeds'
let site: Site
const visits: Visit[] = []

beforeAll(async () => {
  writeFileSync(shiftFile, '0')
  site = await startSite({ SHIFT: shiftFile, NODE_OPTIONS: `--import ${shim}` })
  for (const role of ['auditor', 'user-admin', 'client-admin'])
    await site.call('POST', '/admin/users', { username: role, password, roles: [role] })
  const client = { name: 'Billing', kind: 'confidential', grants: ['client_credentials'] }
  await site.call('POST', '/admin/clients', { ...client, audiences: ['api'] })
})
afterAll(async () => {
  await site.close()
  folder.remove()
})
afterEach(async () => {
  for (const { page } of visits.splice(0)) await page.context().close()
})

async function visitAs(username: string, own = password): Promise<Visit> {
  const visit = await site.open()
  visits.push(visit)
  await logInto(visit.page, username, own)
  return visit
}

const menuOf = async ({ page }: Visit) =>
  (await page.getByRole('navigation').getByRole('link').allInnerTexts()).slice(0, -2)

test.each([
  [
    'auditor',
    ['Inspect', 'Sessions', 'Revocations', 'Keys', 'Traffic', 'Users', 'Clients', 'Audit'],
  ],
  ['user-admin', ['Sessions', 'Users']],
  ['client-admin', ['Clients']],
])('%s sees the pages that the role may read, and begins at the first', async (role, pages) => {
  const visit = await visitAs(role)
  expect(await menuOf(visit)).toEqual(pages)
  await visit.page.getByRole('heading', { level: 1, name: pages[0] ?? '' }).waitFor()
  for (const page of pages) await goTo(visit.page, page)
  expect(visit.complaints).toEqual([])
})

test('an auditor sees no button that changes something, and everything that can be read', async () => {
  const { page, complaints } = await visitAs('auditor')
  const buttons = async () => {
    const names = await page.getByRole('main').getByRole('button').allInnerTexts()
    // Own sessions are everybody's to end.
    const harmless = ['Reload', 'Search', 'Inspect', 'Check', 'End my other sessions …']
    return names.filter((name) => !harmless.includes(name))
  }
  for (const title of ['Sessions', 'Revocations', 'Keys', 'Users', 'Clients']) {
    await goTo(page, title)
    await page.getByRole('table').first().waitFor()
    expect([title, await buttons()]).toEqual([title, []])
  }
  await page.getByRole('link', { name: 'Billing' }).click()
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor()
  expect(await buttons()).toEqual([])
  expect(await page.getByLabel('Name', { exact: true }).isDisabled()).toBe(true)
  await goTo(page, 'Users')
  await page.getByRole('link', { name: 'user-admin' }).click()
  await page.getByRole('heading', { level: 1, name: 'user-admin' }).waitFor()
  expect(await buttons()).toEqual([])
  expect(complaints).toEqual([])
})

test('an administrator whose login is old enters the password, and the act goes on', async () => {
  const visit = await visitAs('alice', 'secret')
  const { page, complaints, requests } = visit
  await goTo(page, 'Keys')
  writeFileSync(shiftFile, '420')
  const rotate = async () => {
    await page.getByRole('button', { name: 'Rotate now' }).click()
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
  }
  await rotate()
  const prompt = page.getByRole('dialog', { name: 'Enter your password' })
  await prompt.waitFor()
  expect((await examine(page)).violations).toEqual([])
  expect(await prompt.innerText()).toContain('the password of alice')
  await prompt.getByLabel('Your password').fill('wrong')
  await page.keyboard.press('Enter')
  await prompt.getByText('The current password is wrong. Try again.').waitFor()
  await prompt.getByLabel('Your password').fill('secret')
  await prompt.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('The next key takes over').waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  const acts = requests.map(({ line }) => line).filter((line) => line.startsWith('POST'))
  expect(acts.slice(1)).toEqual([
    'POST /admin/keys/rotate',
    'POST /console/confirm',
    'POST /console/confirm',
    'POST /admin/keys/rotate',
  ])
  // Confirmed for five minutes.
  await rotate()
  await page.getByText('The next key takes over').waitFor()
  expect(requests.filter(({ line }) => line.endsWith('/confirm'))).toHaveLength(2)
  const refused = complaints.filter((each) => !/status of 40[13]/.test(each))
  expect(refused).toEqual([])
})

test('an administrator who leaves the question does nothing, and stays logged in', async () => {
  writeFileSync(shiftFile, '420')
  const { page, requests } = await visitAs('alice', 'secret')
  await goTo(page, 'Users')
  writeFileSync(shiftFile, '840')
  await page.getByRole('link', { name: 'auditor' }).click()
  await page.getByRole('button', { name: 'Disable …' }).click()
  await page.getByRole('button', { name: 'Disable', exact: true }).click()
  const prompt = page.getByRole('dialog', { name: 'Enter your password' })
  await prompt.waitFor()
  await page.keyboard.press('Escape')
  await prompt.waitFor({ state: 'detached' })
  await page.getByText('Try again, and enter your password when you are asked for it.').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('enabled', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Log out' }).waitFor()
  expect(requests.filter(({ line }) => line.startsWith('PUT'))).toHaveLength(1)
})
