export type { Service as Services } from '../../http/service.js'
