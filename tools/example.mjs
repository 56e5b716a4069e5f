import './setup/node-version.mjs'
import { existsSync, readdirSync } from 'node:fs'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/paths.mjs'

// `npm run example -- NAME`: from a fresh clone to one of the examples, running. Without a name: which there are.
const folder = `${root}/examples`
const names = readdirSync(folder).filter((name) => programOf(name) !== undefined)
const [name = '', ...rest] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`usage: npm run example -- NAME\n${names.map((each) => `  ${each}`).join('\n')}`)
  process.exit(2)
}
const problem = (await install()) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
const main = programOf(name) ?? ''
process.argv = [process.argv0, main, ...rest]
process.setSourceMapsEnabled(true)
await import(pathToFileURL(main).href)

/**
 * What runs an example: its server.mjs, or what the build makes of its main.ts.
 *
 * @param {string} example
 */
function programOf(example) {
  const plain = `${folder}/${example}/server.mjs`
  if (existsSync(plain)) return plain
  const isTyped = existsSync(`${folder}/${example}/main.ts`)
  return isTyped ? `${folder}/dist/${example}/main.js` : undefined
}
