import { chainKinds } from '../../audit/chain-kinds.js'
import { mostHeads } from '../../audit/heads.js'
import type { AuditPlace } from '../../audit/search.js'
import { showRow } from '../../audit/show-row.js'
import { RequestFault } from '../../foundation/faults.js'
import { type AuditApi } from './generated/service.js'

/**
 * The API of the audit log: one function for each route of `audit.api`.
 *
 * They throw RequestFault BODY_INVALID, and AuthError STORE_UNAVAILABLE.
 */
export const handlers: AuditApi = {
  searchAudit: async ({ request, services }) => {
    const { since, until, after, limit, ...filters } = request
    const query = { ...filters, since: milliseconds(since), until: milliseconds(until) }
    const place = after === undefined ? undefined : readPlace(after)
    // One more than is asked for, to know whether there is another page.
    const page = { limit: limit + 1, after: place, order: 'newest first' } as const
    const found = await services.audit.search(query, page)
    const rows = found.slice(0, limit)
    const last = rows.at(-1)
    const next = found.length > limit && last !== undefined ? { next: placeText(last) } : {}
    return { rows: rows.map(showRow), ...next }
  },

  getAuditHeads: async ({ services: { audit } }) => {
    const own = audit.head()?.chain
    const heads = await audit.heads(mostHeads)
    return {
      owed: audit.owed(),
      lost: audit.lost(),
      heads: heads.map(({ chain, seq, mac, openedAt, at, kind }) => ({
        ...{ chain, seq, mac, openedAt: seconds(openedAt), at: seconds(at) },
        closed: kind === chainKinds.closed,
        current: chain === own,
      })),
    }
  },
}

const seconds = (ms: number): number => Math.floor(ms / 1000)
const milliseconds = (given: number | undefined) => (given === undefined ? undefined : given * 1000)

/** An inserted row may have any place: the next page then begins a little lower. */
function placeText({ at, chain, seq }: AuditPlace): string {
  const name = /^[\w-]{1,64}$/.test(chain) ? chain : ''
  return `${String(Math.floor(at))}.${name}.${String(Math.floor(seq))}`
}

function readPlace(text: string): AuditPlace {
  const [, at, chain, seq] = /^(-?\d{1,16})\.([\w-]{0,64})\.(-?\d{1,16})$/.exec(text) ?? []
  if (at === undefined || chain === undefined)
    throw new RequestFault('BODY_INVALID', 'after: must be the next of the page before')
  return { at: Number(at), chain, seq: Number(seq) }
}
