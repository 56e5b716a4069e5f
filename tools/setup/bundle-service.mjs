import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { filesBelow } from './files.mjs'
import { root } from './paths.mjs'

const output = `${root}/node_modules/.jotgate/service`
const stampFile = `${output}/stamp`
const main = 'apps/auth-service/dist/main.js'
/** What the bundle is made from, beside the packages of the lock file. */
const inputs = ['apps/auth-service/dist', 'dist']
const single = ['package-lock.json', 'tools/setup/bundle-service.mjs']

/** The bundled program. */
export const bundledService = `${output}/main.js`

/** Have programs or threads of their own beside them, or are there only where somebody installed them. */
const external = [/^@node-rs\//, /^libsql$/, /^@opentelemetry\//, 'pg-native', 'piscina']

/**
 * Bundles the built service into a few files, for tests that start it often: it starts in half the time. Does nothing
 * when the bundle there is was made from exactly these files; without a built service there is no bundle either.
 *
 * @returns {Promise<void>}
 * @example await bundleService(); spawn(process.execPath, [bundledService])
 */
export async function bundleService() {
  if (!existsSync(`${root}/${main}`)) {
    rmSync(output, { recursive: true, force: true })
    return
  }
  const stamp = currentStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  rmSync(stampFile, { force: true })
  // Not before now: a run that needs no new bundle does not wait for Vite.
  const { build } = await import('vite')
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    plugins: [whereItWas],
    build: {
      ssr: true,
      target: 'node20',
      outDir: output,
      emptyOutDir: true,
      minify: false,
      copyPublicDir: false,
      rolldownOptions: { input: { main: `${root}/${main}` }, external },
    },
  })
  writeFileSync(stampFile, stamp)
}

/** A module finds what stands beside it, a thread's program or the console, from where it was before. */
const whereItWas = {
  name: 'where-it-was',
  /**
   * @param {string} code
   * @param {string} id
   */
  transform(code, id) {
    if (!code.includes('import.meta.url')) return undefined
    return code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
  },
}

function currentStamp() {
  const below = inputs.flatMap((folder) => filesBelow(`${root}/${folder}`, /\.js$/, `${folder}/`))
  const hash = createHash('sha256')
  for (const file of [...single, ...below]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(`${root}/${file}`))
      .update('\0')
  }
  return `${hash.digest('hex')}\n`
}
