import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const index = readFileSync(new URL('llms.txt', root), 'utf8')
const links = [...index.matchAll(/^- \[[^\]]+\]\(([^)]+)\): \S.*$/gm)].map(([, to = '']) => to)

test('every page of the docs is in the index', () => {
  const pages = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'))
  expect(pages.length).toBeGreaterThan(15)
  expect(links).toEqual(
    expect.arrayContaining(['README.md', ...pages.map((name) => `docs/${name}`)]),
  )
})

test('every link of the index leads somewhere, once', () => {
  expect(links.filter((to) => !existsSync(new URL(to, root)))).toEqual([])
  expect(new Set(links).size).toBe(links.length)
})
