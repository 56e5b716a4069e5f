import { afterAll, beforeAll, expect, test } from 'vitest'
import { runService, temporaryFolder } from '../service/running-service.js'
import { goTo, logInto, startSite, type Site, type Visit } from './console.js'

const folder = temporaryFolder()
const password = 'nine quiet herons in the reeds'
let site: Site
let visit: Visit

beforeAll(async () => {
  site = await startSite({ DATA_DIR: folder.path })
  const ids: string[] = []
  for (const username of ['bob', 'una']) {
    const made = await site.call('POST', '/admin/users', { username, password })
    ids.push(((await made.json()) as { readonly id: string }).id)
    await site.login(username, password)
  }
  await site.login('una', 'wrong').catch(() => undefined)
  await runService({ DATA_DIR: folder.path }, ['audit', 'erase', ids[0] ?? ''])
  visit = await site.open()
  await logInto(visit.page)
  await goTo(visit.page, 'Audit')
})
afterAll(async () => {
  await site.close()
  folder.remove()
})

const rowsOf = async (text: string) => {
  const table = visit.page.getByRole('region', { name: 'Audit log' })
  await table.waitFor()
  return table.getByRole('row').filter({ hasText: text }).allInnerTexts()
}

test('the audit page shows who did what, and erased values as erased', async () => {
  const { page, complaints } = visit
  const refused = await rowsOf('refused: password')
  expect(refused).toHaveLength(1)
  expect(refused[0]).toMatch(/user\.login[\s\S]*una[\s\S]*127\.0\.0\.1/)
  const created = await rowsOf('user.created')
  expect(created).toHaveLength(2)
  expect(created[1]).toContain('name erased')
  expect((await rowsOf('user.login')).filter((row) => row.includes('name erased'))).toHaveLength(1)
  expect(await page.getByRole('main').innerText()).not.toContain('bob')
  const chains = page.getByRole('region', { name: 'Chains' })
  expect(await chains.getByRole('row').filter({ hasText: 'this process' }).count()).toBe(1)
  expect(await chains.getByRole('row').filter({ hasText: 'closed' }).count()).toBe(1)
  expect(complaints).toEqual([])
})

test('the audit page finds rows by its filters, and shows one in full', async () => {
  const { page, complaints } = visit
  await page.getByLabel('What').fill('user.created')
  await page.getByRole('button', { name: 'Search' }).click()
  await page
    .getByRole('region', { name: 'Audit log' })
    .getByRole('row')
    .filter({ hasText: 'user.login' })
    .first()
    .waitFor({ state: 'detached' })
  expect(await rowsOf('user.created')).toHaveLength(2)
  await page.getByRole('button', { name: 'Details of user.created' }).last().click()
  const dialog = page.getByRole('dialog')
  const text = await dialog.innerText()
  expect(text).toMatch(/To whom[\s\S]*name erased/)
  expect(text).toMatch(/User agent/)
  expect(text).toMatch(/Row\s+[\w-]{16}, \d/)
  await dialog.getByRole('button', { name: 'Close' }).click()
  await dialog.waitFor({ state: 'detached' })

  await page.getByLabel('What').fill('')
  await page.getByLabel('From day').fill('31.3.2026')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('Must be year-month-day').waitFor()
  await page.getByLabel('From day').fill('2999-01-01')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('No row matches.').waitFor()
  expect(complaints).toEqual([])
})

test('the address of the audit page can name the user whose rows are shown', async () => {
  const { page } = visit
  const { rows } = (await (await site.call('GET', '/admin/audit?kind=user.created')).json()) as {
    readonly rows: readonly { readonly subject?: { readonly id: string } }[]
  }
  const id = rows[0]?.subject?.id ?? ''
  await page.evaluate(`location.hash = '#/audit/${id}'`)
  await page
    .getByRole('region', { name: 'Audit log' })
    .getByRole('row')
    .filter({ hasText: 'audit.opened' })
    .first()
    .waitFor({ state: 'detached' })
  expect(await page.getByLabel('To whom').inputValue()).toBe(id)
  expect(await rowsOf('una')).toHaveLength(3)
})
