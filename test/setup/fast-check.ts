import fc from 'fast-check'
import { seed } from './seed.js'

// Every property of a run starts from its seed.
fc.configureGlobal({ seed })
