import './setup/node-version.mjs'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/paths.mjs'

// `npm start`: from a fresh clone to the running service. The service runs in this very process,
// so signals, exit code, environment and arguments are its own, and nobody is left behind.
const problem = (await install()) ?? (await build())
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
keepSecondSignalHarmless('SIGINT')
keepSecondSignalHarmless('SIGTERM')
const main = `${root}/apps/auth-service/dist/main.js`
process.argv[1] = main
process.setSourceMapsEnabled(true)
await import(pathToFileURL(main).href)

/**
 * One Ctrl-C arrives twice: from the terminal, and handed on by npm. A service that listens once
 * would be killed by the second while it is still closing. A second one after two seconds is an
 * impatient user's, and ends the process.
 *
 * @param {'SIGINT' | 'SIGTERM'} signal
 */
function keepSecondSignalHarmless(signal) {
  const code = signal === 'SIGINT' ? 130 : 143
  let first = 0
  process.on(signal, () => {
    const nobodyElseListens = first === 0 && process.listenerCount(signal) === 1
    if (nobodyElseListens || (first !== 0 && Date.now() - first > 2000)) process.exit(code)
    if (first === 0) first = Date.now()
  })
}
