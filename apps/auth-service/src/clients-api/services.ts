export type { Service as Services } from '../service.js'
