import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { filesBelow } from './files.mjs'
import { root } from './paths.mjs'

const source = `${root}/apps/console`
const output = `${source}/dist`
const stampFile = `${root}/node_modules/.jotgate/console-build`

/**
 * What the bundle is made from: the page, the half of the library that it uses, Vite, and this file.
 *
 * @type {[folder: string, names: RegExp][]}
 */
const inputs = [
  ['apps/console/src', /\.\w+$/],
  ['apps/console/public', /\.\w+$/],
  ['dist/client', /\.js$/],
  ['dist/foundation', /\.js$/],
]
const single = ['apps/console/index.html', 'package-lock.json', 'tools/setup/build-console.mjs']

/**
 * Bundles the console, unless the bundle there is was made from exactly these files. The library must be built.
 *
 * @returns {Promise<string | undefined>} what went wrong; nothing when all is well
 */
export async function buildConsole() {
  const stamp = currentStamp()
  const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
  if (isCurrent && existsSync(`${output}/index.html`)) return undefined
  try {
    await bundle()
  } catch (error) {
    return `The console could not be built:\n${error instanceof Error ? error.message : String(error)}`
  }
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
  return undefined
}

async function bundle() {
  // Not before now: whoever needs no new bundle need not wait for Vite.
  const { build } = await import('vite')
  await build({
    root: source,
    configFile: false,
    base: '/console/',
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: output,
      emptyOutDir: true,
      target: 'es2023',
      // The page's policy lets nothing in that stands in the page itself.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  })
}

function currentStamp() {
  const below = inputs.flatMap(([folder, names]) =>
    filesBelow(`${root}/${folder}`, names, `${folder}/`),
  )
  const hash = createHash('sha256')
  for (const file of [...single, ...below]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(`${root}/${file}`))
      .update('\0')
  }
  return `${hash.digest('hex')}\n`
}
