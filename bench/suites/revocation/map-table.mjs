/** @import { RevocationEntry } from 'jotgate/extend' */

/** @typedef {{ readonly expiresAt: number, readonly before: number, confirmedIn: number }} Times */

/**
 * The plain way to hold entries, for one issuer: a `Map` for each kind, with the times that the table of jotgate keeps
 * and the number of the resync in which the store last confirmed the entry.
 */
export class MapTable {
  /** @type {Record<RevocationEntry['kind'], Map<string, Times>>} */
  #byKind = { jti: new Map(), sid: new Map(), client: new Map(), sub: new Map(), all: new Map() }

  get size() {
    return Object.values(this.#byKind).reduce((sum, { size }) => sum + size, 0)
  }

  /** @param {RevocationEntry} entry */
  add(entry) {
    const { kind, expiresAt } = entry
    const name = entry.kind === 'all' ? '' : entry.value
    const known = this.#byKind[kind].get(name)
    const before = 'before' in entry ? entry.before : Infinity
    this.#byKind[kind].set(name, {
      expiresAt: Math.max(expiresAt, known?.expiresAt ?? 0),
      before: Math.max(before, known?.before ?? 0),
      confirmedIn: 1,
    })
  }

  /**
   * @param {string} id
   * @param {() => number} now
   */
  refusesId(id, now) {
    const times = this.#byKind.jti.get(id)
    return times !== undefined && now() < times.expiresAt
  }
}
