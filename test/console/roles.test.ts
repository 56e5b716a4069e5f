import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goTo, logInto, soon, startSite, type Site, type Visit } from './console.js'

let site: Site
let visit: Visit

beforeAll(async () => {
  site = await startSite()
  visit = await site.open()
  await logInto(visit.page)
})
afterAll(() => site.close())

test('User says that sessions go on when a role is added, and that they end when one is taken away', async () => {
  const { page } = visit
  const username = `eve-${randomUUID().slice(0, 8)}`
  const password = 'a lighthouse keeper counts gulls'
  await site.call('POST', '/admin/users', { username, password, roles: ['editor'] })
  await goTo(page, 'Users')
  await page.getByLabel('Username').fill(username)
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('link', { name: username }).click()
  await page.getByRole('heading', { level: 1, name: username }).waitFor()
  const { refreshToken } = await site.login(username, password)
  const change = async (roles: string, said: string) => {
    await page.getByLabel('Roles').fill(roles)
    await page.getByRole('button', { name: 'Change roles' }).click()
    await page.getByText(`The roles of ${username} have been changed; ${said}.`).waitFor()
    return (await site.call('POST', '/user/refresh', { refreshToken })).status
  }
  expect(await change('editor, auditor', 'the sessions go on')).toBe(200)
  expect(await change('auditor', 'the sessions have ended')).toBe(401)
})

test('User gives the administrator who looks at it a role, and the console goes on in its session', async () => {
  const { page, complaints } = visit
  expect(complaints).toEqual([])
  const addOwn = async () => {
    await goTo(page, 'Users')
    await page.getByLabel('Username').fill('alice')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByLabel('Users found').getByRole('link', { name: 'alice' }).click()
    await page.getByLabel('Roles').fill('admin, auditor')
    await page.getByRole('button', { name: 'Change roles' }).click()
    await page.getByText('The roles of alice have been changed; the sessions go on.').waitFor()
    await goTo(page, 'Keys')
    await page.getByRole('button', { name: 'Rotate now' }).waitFor()
    return complaints.splice(0)
  }
  // Refused, and then refreshed, is a token that is older than a second.
  await expect.poll(addOwn, soon).toEqual([expect.stringContaining('401')])
})
