import './setup/node-version.mjs'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { buildCommonJs } from './setup/build-commonjs.mjs'

// `npm run build`: the library, the apps and the console, as `npm start` has them.
const problem = (await build()) ?? (await buildCommonJs())
if (problem !== undefined) console.error(problem)
process.exitCode = problem === undefined ? 0 : 1
