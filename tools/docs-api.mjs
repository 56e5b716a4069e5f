import './setup/node-version.mjs'
import { mkdirSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { apiReference } from './setup/api-reference.mjs'
import { build } from './setup/build.mjs'
import { entryPoints } from './setup/entry-points.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/paths.mjs'

// `npm run docs:api`: writes the reference of every public name, out of the docstrings, into .cache/api.
const problem = (await install()) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
const folder = `${root}/.cache/api`
mkdirSync(folder, { recursive: true })
for (const { name, subpath, symbols, text } of apiReference(entryPoints())) {
  writeFileSync(`${folder}/${name}`, text)
  console.log(`${subpath.padEnd(24)} ${String(symbols).padStart(3)} names  .cache/api/${name}`)
}
