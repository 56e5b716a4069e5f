import type * as contents from './contents.js'

/** Where a program keeps what is then recorded: all of it is new and empty. */
export interface Places {
  /** Path of a file. */
  readonly sqlite: string
  /** URL of a database. */
  readonly postgres: string
  /** Schema there. */
  readonly schema: string
  readonly redis: string
  /** What every key in Redis begins with. */
  readonly prefix: string
}

/** What was drawn while the contents were written. */
export interface Drawn {
  /** The key that signs. */
  readonly kid: string
  /** Undefined when the program had no clients yet. */
  readonly client?: { readonly id: string; readonly secret: string }
  /** A client that logs users in, with its private key. Undefined when the program had no such clients yet. */
  readonly site?: { readonly id: string; readonly jwk: Readonly<Record<string, unknown>> }
  /** Of the first user, base32, and one of the recovery codes. Undefined when the program had no second factors yet. */
  readonly secondFactor?: { readonly secret: string; readonly recoveryCode: string }
}

/** What was drawn, by the store in which it is. */
export interface DrawnByStore {
  readonly sqlite: Drawn
  readonly postgres: Drawn
  readonly redis: Pick<Drawn, 'kid'>
}

/** A release of the program, present or past: writes the contents into each place by its own code. */
export interface Program {
  fill(places: Places, written: typeof contents): Promise<DrawnByStore>
}
