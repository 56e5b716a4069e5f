import './setup/node-version.mjs'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build as bundle } from 'vite'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/paths.mjs'

// `npm run record:stores -- NAME [MODULE]`: has this release, or a past one by a module of its own, write into every store,
// and keeps what it wrote in test/stores/recorded/NAME. Why, and how for a past one: test/stores/recorded/README.md.
const [name = '', past] = process.argv.slice(2)
const recordings = join(root, 'test/stores/recorded')
if (!/^[\w.-]+$/.test(name) || existsSync(join(recordings, name))) {
  console.error('usage: npm run record:stores -- NAME [MODULE], where NAME has not been recorded')
  process.exit(2)
}
const problem = (await install(['test'])) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
// Below test/, where the drivers of the databases lie.
mkdirSync(join(root, 'test/.cache'), { recursive: true })
const folder = mkdtempSync(join(root, 'test/.cache/record-'))
await bundle({
  configFile: false,
  logLevel: 'error',
  root,
  publicDir: false,
  build: {
    ssr: true,
    outDir: folder,
    minify: false,
    target: 'node20',
    rolldownOptions: {
      input: join(recordings, 'record.ts'),
      output: { entryFileNames: '[name].js' },
    },
  },
})
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
const args = [name, recordings, ...(past === undefined ? [] : [pathToFileURL(resolve(past)).href])]
const { status } = spawnSync(process.execPath, [join(folder, 'record.js'), ...args], {
  stdio: 'inherit',
})
rmSync(folder, { recursive: true })
process.exitCode = status ?? 1
