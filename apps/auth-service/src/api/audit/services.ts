import type { Audit } from '../../audit/audit.js'

/** The parts of the service that the API of the audit log uses. */
export interface Services {
  readonly audit: Pick<Audit, 'search' | 'heads' | 'head' | 'owed' | 'lost'>
}
