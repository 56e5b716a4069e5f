import './setup/node-version.mjs'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { differences, filesOf, projects } from './setup/generated-projects.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/paths.mjs'

// `npm run generate`: writes the service and the examples again from their `.api` files; what people
// wrote stays, and what is missing of it is begun.
const problem = (await install()) ?? (await build())
// A build fails as long as what is generated does not fit what people wrote: generated it is all the same.
if (problem !== undefined) console.error(problem)
for (const project of projects) {
  const files = await filesOf(project)
  const stale = differences(project.out, files).map((line) => line.slice(0, line.indexOf(' ')))
  for (const { path, text } of files.filter((file) => stale.includes(file.path))) {
    mkdirSync(dirname(`${root}/${path}`), { recursive: true })
    writeFileSync(`${root}/${path}`, text)
    console.log(`written  ${path}`)
  }
  const left = stale.filter((path) => !files.some((file) => file.path === path))
  for (const path of left) console.log(`delete   ${path}: it is generated no more`)
}
process.exitCode = problem === undefined ? 0 : 1
