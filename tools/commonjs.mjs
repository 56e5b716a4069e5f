import process from 'node:process'
import { buildCommonJs } from './setup/build-commonjs.mjs'

// For `npm pack` and `npm publish`, after the compiler: the CommonJS half of the package.
const problem = await buildCommonJs()
if (problem !== undefined) console.error(problem)
process.exitCode = problem === undefined ? 0 : 1
