import type { RevocationEntry } from '../ports.js'
import type { Issuers } from './issuers.js'
import { valueOfCutOff } from '../session-cut-off.js'
import { kindNumbers, kindOf } from './kinds.js'
import type { Location } from './segments.js'

/** The entry that is kept at a location. */
export function entryAt({ segment, offset }: Location, issuers: Issuers): RevocationEntry {
  const key = segment.log.keyOf(offset)
  const { expiresAt, before } = segment.log.timesOf(offset)
  const issuer = issuers.nameOf(key.issuer)
  if (key.kind === kindNumbers.session)
    return {
      ...{ kind: 'sub', issuer, before, expiresAt },
      value: valueOfCutOff(segment.log.nameOf(offset)),
    }
  const kind = kindOf(key.kind)
  if (kind === 'all') return { kind, issuer, before, expiresAt }
  const value = segment.log.nameOf(offset)
  if (kind === 'sub') return { kind, issuer, value, before, expiresAt }
  if (kind === 'client' && before !== Infinity) return { kind, issuer, value, before, expiresAt }
  return { kind, issuer, value, expiresAt }
}
