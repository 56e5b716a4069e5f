import { run as api } from './api.mjs'
import { run as audit } from './audit.mjs'
import { run as core } from './core.mjs'
import { run as facts } from './facts.mjs'
import { run as http } from './http.mjs'
import { run as revocation } from './revocation.mjs'
import { run as service } from './service.mjs'
import { run as sessions } from './sessions.mjs'

/**
 * Every suite by its name. A further one is a file with such a function and a line here.
 *
 * @type {Readonly<Record<string, (context: import('../suite.mjs').Context) =>
 *   Promise<readonly import('../suite.mjs').Measurement[]>>>}
 */
export const suites = { core, api, http, sessions, facts, revocation, service, audit }
