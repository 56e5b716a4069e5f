import process from 'node:process'
import { countCalls, ownFunctions } from './coverage.mjs'
import { library } from './library.mjs'

// A process of its own for each call, so that no other call has warmed anything up. Its parent is measure.mjs.
const [name = ''] = process.argv.slice(2)
const call = await library[name]?.()
if (call === undefined) throw new Error(`no call of the library is named ${name}`)
const take = countCalls()
await call()
process.send?.(ownFunctions(take()), () => process.exit())
