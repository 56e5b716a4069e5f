import type { EventKind } from './kinds.js'

/** Who does something, or to whom it is done. `name` is personal data; `id` is a pseudonym. */
export interface Party {
  /** `command` is a person at the server's command line, `service` this program itself. */
  readonly kind: 'user' | 'client' | 'command' | 'service'
  readonly id: string
  readonly name?: string
}

/** Where a request came from; both are personal data. */
export interface Place {
  readonly address?: string
  readonly userAgent?: string
}

/** Something that happened, or that was refused. It holds no password, token or secret. */
export interface ServiceEvent {
  readonly kind: EventKind
  readonly result: 'done' | 'refused'
  /** Why it was refused: `password`, `locked`, `disabled`, or the code of an error. */
  readonly reason?: string
  readonly actor: Party
  /** To whom it was done, where that is not the actor. */
  readonly subject?: Party
  readonly client?: string
  readonly sid?: string
  readonly from?: Place
  /** Whatever else says what was done; no personal data. */
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

/** An event with its own id and its time: Unix seconds, milliseconds behind the point. */
export interface RecordedEvent extends ServiceEvent {
  readonly id: string
  readonly at: number
}

/** The service itself, as the actor of what no caller asked for. */
export const theService: Party = { kind: 'service', id: 'jotgate' }

/** A user, as a party. */
export function userParty({
  id,
  username,
}: {
  readonly id: string
  readonly username: string
}): Party {
  return { kind: 'user', id, name: username }
}

/** A user of whom only the id is known here, as a party. */
export function userOf(id: string): Party {
  return { kind: 'user', id }
}
