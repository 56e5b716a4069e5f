import './setup/node-version.mjs'
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/paths.mjs'

// `npm run docs:options`: writes docs/options.md from the tables that the factories check their options against.
const problem = (await install()) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
const { optionsPage } = await import('./options/page.mjs')
const { page, options } = await optionsPage()
writeFileSync(`${root}/docs/options.md`, page)
console.log(`docs/options.md: ${options} options`)
