import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { root } from './paths.mjs'
import { run } from './run.mjs'

const stampFile = `${root}/node_modules/.jotgate-install`
const networkErrors =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH)\b/

/**
 * Installs the locked packages, unless exactly these are installed already.
 *
 * What is installed is known by a stamp: the hash of the lock file and the platform. Development
 * packages come along whatever NODE_ENV says, since the compiler is one; no package's install
 * script is run.
 *
 * @returns {Promise<string | undefined>} what went wrong, in one line; nothing when all is well
 */
export async function install() {
  const stamp = currentStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return undefined
  console.log('Installing packages (npm ci) ...')
  const flags = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await run('npm', ['ci', ...flags])
  if (code !== 0) return explainFailure(code, output)
  writeFileSync(stampFile, stamp)
  return undefined
}

/**
 * Turns what npm printed into the one line a reader can act on.
 *
 * @param {number} code npm's exit code, 127 when npm was not found
 * @param {string} output all that npm printed
 */
export function explainFailure(code, output) {
  if (code === 127)
    return 'npm was not found on the PATH; it comes with Node, install it and retry.'
  const network = networkErrors.exec(output)?.[1]
  if (network !== undefined) {
    return `The package registry could not be reached (${network}); check network and proxy, then retry.`
  }
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!) \S/.test(line))
  const reason = errors.find((line) => !/^npm (error|ERR!) (code|errno|syscall)\b/.test(line))
  return `npm ci failed (exit ${code}): ${reason ?? errors[0] ?? output.trim().slice(-200)}`
}

function currentStamp() {
  const lock = readFileSync(`${root}/package-lock.json`)
  const hash = createHash('sha256').update(lock).digest('hex')
  return `${hash} ${process.platform}-${process.arch}\n`
}
