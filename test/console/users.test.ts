import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, runService, temporaryFolder } from '../service/running-service.js'
import { goTo, logInto, soon, startSite, type Site, type Visit } from './console.js'

const password = 'a lighthouse keeper counts gulls'
const folder = temporaryFolder()
let site: Site
let visit: Visit

/** With the attributes of a configuration, which a demo has none of. */
beforeAll(async () => {
  const port = await freePort()
  const config = join(folder.path, 'jotgate.yaml')
  writeFileSync(
    config,
    `issuer: http://127.0.0.1:${String(port)}\naudience: api\nhosts: [auth.example]\nport: ${String(port)}\n` +
      `userAttributes:
  department: { type: text, claim: department }
  level: { type: number }
  teams: { type: list, claim: teams }
  remote: { type: boolean }
`,
  )
  const env = { JOTGATE_CONFIG: config, PORT: String(port) }
  site = await startSite(env, {
    port,
    prepare: async (dataDir) => {
      const added = await runService(
        { ...env, DATA_DIR: dataDir },
        ['user', 'add', 'root', 'admin'],
        password,
      )
      expect(added.code).toBe(0)
    },
  })
  visit = await site.open()
  await logInto(visit.page, 'root', password)
})
afterAll(async () => {
  await site.close()
  folder.remove()
})

const asRoot = async (method: string, path: string, body?: unknown) => {
  const { accessToken } = await site.login('root', password)
  return fetch(site.service.origin + path, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function addUser(name: string): Promise<string> {
  const username = `${name}-${randomUUID().slice(0, 8)}`
  const answer = await asRoot('POST', '/admin/users', { username, password, roles: ['editor'] })
  expect(answer.status).toBe(200)
  return username
}

async function openUser(username: string): Promise<void> {
  const { page } = visit
  await goTo(page, 'Users')
  await page.getByLabel('Username').fill(username)
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('link', { name: username }).click()
  await page.getByRole('heading', { level: 1, name: username }).waitFor()
}

async function lock(username: string): Promise<void> {
  for (let i = 0; i < 6; i++) await expect(site.login(username, 'wrong')).rejects.toThrow('401')
}

const facts = () => visit.page.locator('dl.claims').innerText()

test('User edits the account: a taken name is said at the field, a new one is the title', async () => {
  const { page } = visit
  const username = await addUser('ann')
  await openUser(username)
  expect(await facts()).toMatch(/Created\s+(now|\d+ s ago)[^]*Last login\s+–/)
  await page.getByLabel('Username').fill('root')
  await page.getByRole('button', { name: 'Change account' }).click()
  expect(await page.getByRole('alert').innerText()).toContain('already a user of that name')
  expect(visit.complaints.splice(0)).toEqual([expect.stringContaining('409')])
  await page.getByLabel('Username').fill(`${username}-2`)
  await page.getByLabel('Display name').fill('Ann A.')
  await page.getByLabel('E-mail address').fill('ann@mail.example')
  await page.getByRole('button', { name: 'Change account' }).click()
  await page.getByRole('heading', { level: 1, name: `${username}-2` }).waitFor()
  await expect.poll(facts, soon).toMatch(/Ann A\.[^]*ann@mail\.example/)
  await site.login(`${username}-2`, password)
  await page.reload()
  await expect.poll(facts, soon).toMatch(/Last login\s+(now|\d+ s ago)/)
  expect(visit.complaints).toEqual([])
})

test('User edits the attributes that the configuration has, and says where tokens have them', async () => {
  const { page } = visit
  const username = await addUser('ben')
  await openUser(username)
  await page.getByText('In tokens as department.').waitFor()
  await page.getByLabel('department').fill('sales')
  await page.getByLabel('level').fill('high')
  await page.getByLabel('teams').fill('a, b')
  await page.getByLabel('remote').selectOption('true')
  await page.getByRole('button', { name: 'Change attributes' }).click()
  expect(await page.getByRole('alert').innerText()).toBe('Must be a number.')
  expect(visit.complaints.splice(0)).toEqual([expect.stringContaining('400')])
  await page.getByLabel('level').fill('3')
  await page.getByRole('button', { name: 'Change attributes' }).click()
  await page.getByText(`The attributes of ${username} have been changed`).waitFor()
  await expect
    .poll(facts, soon)
    .toMatch(/department\s+sales[^]*level\s+3[^]*remote\s+true[^]*teams\s+a, b/)
  await page.getByLabel('department').fill('')
  await page.getByRole('button', { name: 'Change attributes' }).click()
  await expect.poll(facts, soon).not.toContain('sales')
})

test('User says that an account is locked, and unlocks it', async () => {
  const { page } = visit
  const username = await addUser('cid')
  await lock(username)
  await expect(site.login(username, password)).rejects.toThrow('401')
  await goTo(page, 'Users')
  const locked = page.getByRole('region', { name: 'Locked accounts' }).first()
  expect(await locked.innerText()).toContain(username)
  await openUser(username)
  const own = page.getByRole('region', { name: 'Locks' })
  expect(await own.innerText()).toMatch(
    /Locked at unknown addresses after 6 wrong passwords; ends in \d+ s [\d:]+/,
  )
  await page.getByRole('button', { name: `Unlock ${username}` }).click()
  await page.getByText(`${username} can log in again at once.`).waitFor()
  await expect.poll(() => own.count(), soon).toBe(0)
  await site.login(username, password)
})

test('User is deleted by who types its name', async () => {
  const { page } = visit
  const username = await addUser('dot')
  await openUser(username)
  await page.getByRole('button', { name: 'Delete …' }).click()
  const dialog = page.getByRole('dialog')
  const button = dialog.getByRole('button', { name: 'Delete' })
  expect(await button.isDisabled()).toBe(true)
  await dialog.getByLabel(`Type ${username} to confirm`).fill(username)
  await button.click()
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  await expect(site.login(username, password)).rejects.toThrow('401')
  await page.getByLabel('Username').fill(username)
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('No user matches.').waitFor()
  expect(visit.complaints).toEqual([])
})

test('Sessions ends the other sessions of who looks at it, and the console goes on', async () => {
  const { page } = visit
  const { refreshToken } = await site.login('root', password)
  await goTo(page, 'Sessions')
  await page.getByRole('button', { name: 'End my other sessions …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End the others' }).click()
  await page.getByText('of your other sessions ended.').waitFor()
  const refresh = await fetch(`${site.service.origin}/user/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshToken }),
  })
  expect(refresh.status).toBe(401)
  await goTo(page, 'Users')
  expect(visit.complaints).toEqual([])
})
