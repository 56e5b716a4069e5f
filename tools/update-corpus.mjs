import './setup/node-version.mjs'
import { mkdirSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { corpusFolder, corpusResults } from './setup/api-corpus.mjs'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'

// `npm run corpus:update`: accepts what is made of the `.api` files in test/api-spec/corpus as it is now. Read the difference.
const problem = (await install()) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
// Not before now: a fresh clone has no build until somebody has made one.
const results = Object.entries(corpusResults(await import('jotgate/api-spec')))
mkdirSync(`${corpusFolder}/golden`, { recursive: true })
for (const [topic, text] of results) writeFileSync(`${corpusFolder}/golden/${topic}.txt`, text)
console.log(`topics: ${results.length}`)
