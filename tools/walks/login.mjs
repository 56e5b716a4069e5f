import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../setup/paths.mjs'
import { inEach, ownFunctions } from './coverage.mjs'

/** So many logins are measured: the first one also reads the signing key, and work of a timer may still be going on. */
const logins = 5

/**
 * What every login enters, measured in the process of the built service over SQLite, in a folder of its own. What only
 * the first login does is left out.
 *
 * @returns {Promise<readonly import('./coverage.mjs').Entered[]>}
 */
export async function measureLogin() {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-walks-'))
  const port = await freePort()
  const service = fork(`${root}/apps/auth-service/dist/main.js`, ['--demo-password', 'secret'], {
    env: { PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'silent' },
    execArgv: ['--import', fileURLToPath(new URL('count-calls.mjs', import.meta.url))],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const ended = once(service, 'exit')
  try {
    const coverages = await Promise.race([measureLogins(service, port), ended.then(refuseEnd)])
    return ownFunctions(inEach(coverages))
  } finally {
    service.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {import('node:child_process').ChildProcess} service
 * @param {number} port
 */
async function measureLogins(service, port) {
  await listening(service)
  const coverages = []
  for (let count = 0; count < logins; count++) {
    await ask(service, 'begin')
    await logIn(port)
    coverages.push(await ask(service, 'end'))
  }
  return coverages
}

/** @returns {never} */
function refuseEnd() {
  throw new Error('the service ended before it was measured')
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

/** @param {import('node:child_process').ChildProcess} service */
async function listening({ stdout }) {
  if (stdout === null) throw new Error('the output of the service cannot be read')
  let text = ''
  while (!text.includes('is listening')) text += String(await once(stdout, 'data'))
}

/**
 * Sends a message to count-calls.mjs in the service, and waits for its answer.
 *
 * @param {import('node:child_process').ChildProcess} service
 * @param {'begin' | 'end'} message
 */
async function ask(service, message) {
  service.send(message)
  const [answer] = await once(service, 'message')
  return answer
}

/** @param {number} port */
async function logIn(port) {
  const response = await fetch(`http://127.0.0.1:${port}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'secret' }),
  })
  if (response.status !== 200) throw new Error(`the login was answered ${response.status}`)
  await response.text()
}
