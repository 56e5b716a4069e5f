import './setup/node-version.mjs'
import { updateSnapshot } from './checks/exports.mjs'

// `npm run exports:update`: accepts the public exports as they are now.
const changed = updateSnapshot()
console.log(changed.length === 0 ? 'No public export changed.' : changed.join('\n'))
