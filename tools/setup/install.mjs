import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { root } from './paths.mjs'
import { run } from './run.mjs'

const networkErrors =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH)\b/

/**
 * Folders with a lock file of their own: what only the tests, the checks or the benchmark need. Their packages find
 * those of the root by the way Node looks for packages, upwards.
 *
 * @typedef {'test' | 'tools' | 'bench'} Room
 */

/**
 * Installs the locked packages of the root and of rooms, side by side.
 *
 * @param {readonly Room[]} [rooms] none by default, which is all that building and starting need
 * @returns {Promise<string | undefined>} what went wrong, in one line; nothing when all is well
 */
export async function install(rooms = []) {
  const problems = await Promise.all([installFolder('.'), installRooms(rooms)])
  return problems.find((problem) => problem !== undefined)
}

/**
 * The same for rooms alone, where the root's packages are there already.
 *
 * @param {readonly Room[]} rooms
 * @returns {Promise<string | undefined>}
 */
export async function installRooms(rooms) {
  const problems = await Promise.all(rooms.map(installFolder))
  return problems.find((problem) => problem !== undefined)
}

/**
 * Installs the locked packages of a folder, unless exactly these are installed already.
 *
 * What is installed is known by a stamp: the hash of the lock file and the platform. Development
 * packages come along whatever NODE_ENV says, since the compiler is one; no package's install
 * script is run.
 *
 * @param {string} folder path from the root
 */
async function installFolder(folder) {
  const cwd = `${root}/${folder}`
  const stampFile = `${cwd}/node_modules/.jotgate-install`
  const stamp = currentStamp(cwd)
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return undefined
  console.log(`Installing packages (npm ci)${folder === '.' ? '' : ` of ${folder}/`} ...`)
  const flags = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await run('npm', ['ci', ...flags], { cwd })
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

/** @param {string} folder absolute */
function currentStamp(folder) {
  const lock = readFileSync(`${folder}/package-lock.json`)
  const hash = createHash('sha256').update(lock).digest('hex')
  return `${hash} ${process.platform}-${process.arch}\n`
}
