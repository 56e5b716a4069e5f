import './setup/node-version.mjs'
import process from 'node:process'
import { install } from './setup/install.mjs'

// `node tools/install.mjs [ROOM…]`: installs the root's packages and those of rooms, by default of all; for editors, and
// for commands that need a room before they start.
/** @type {readonly import('./setup/install.mjs').Room[]} */
const rooms = ['test', 'tools', 'bench']
const asked = process.argv.slice(2)
const problem = await install(
  asked.length === 0 ? rooms : rooms.filter((room) => asked.includes(room)),
)
if (problem !== undefined) {
  console.error(problem)
  process.exitCode = 1
}
