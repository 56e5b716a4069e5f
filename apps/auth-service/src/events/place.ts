import { AsyncLocalStorage } from 'node:async_hooks'
import type { Place } from './event.js'

const places = new AsyncLocalStorage<Place>()

/** The part of a call that says where it came from. */
export interface PlacedCall {
  readonly address: string
  readonly headers: (name: string) => readonly string[]
}

/** Longest part of a user agent that is kept. */
const longestAgent = 256

/** Where a call came from. */
export function placeOf({ address, headers }: PlacedCall): Place {
  const [userAgent] = headers('user-agent')
  return {
    ...(address === '' ? {} : { address }),
    ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, longestAgent) }),
  }
}

/**
 * Runs a refresh so that the hooks of sessions, which know no request, find where it came from. Only for refreshes: keeping a
 * place costs time, and a verified request records nothing.
 *
 * @example await withPlace(placeOf(call), () => sessions.refresh(token, { client }))
 */
export function withPlace<T>(place: Place, run: () => Promise<T>): Promise<T> {
  return places.run(place, run)
}

/** The place of {@link withPlace}; undefined outside of it. */
export function currentPlace(): Place | undefined {
  return places.getStore()
}
