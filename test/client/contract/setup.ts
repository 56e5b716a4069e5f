import { expect } from 'vitest'
import {
  ClientError,
  clientErrors,
  fromSession,
  jwtClient,
  type ClientEvent,
  type ClientOptions,
  type JwtClient,
  type Session,
  type TokenSessionOptions,
} from '../../../src/client/index.js'
import { fakeClock, type FakeClock } from '../../../src/testkit/index.js'
import { type Wire } from '../wire.js'

export interface SignedIn {
  readonly session: Session
  readonly client: JwtClient
  readonly clock: FakeClock
  readonly events: ClientEvent[]
}

/** A client of a session that has just been begun, whose token the home server accepts. */
export async function signIn(
  wire: Wire,
  options: Partial<TokenSessionOptions & ClientOptions> = {},
): Promise<SignedIn> {
  const { header, scheme, onStepUp, ...rest } = options
  const clock = fakeClock(Math.floor(Date.now() / 1000))
  const events: ClientEvent[] = []
  const onEvent = (event: ClientEvent) => events.push(event)
  const session = fromSession({ endpoint: wire.endpoint, now: clock.now, onEvent, ...rest })
  wire.ledger.accepted = 'Bearer set by issue'
  await session.signIn(wire.ledger.issue())
  const client = clientOf(wire, { source: session, onEvent, header, scheme, onStepUp })
  return { session, client, clock, events }
}

/** A client of any source for the home origin. */
export function clientOf(
  wire: Wire,
  {
    source,
    ...rest
  }: Pick<ClientOptions, 'source'> & {
    [K in 'header' | 'scheme' | 'onEvent' | 'onStepUp']?: ClientOptions[K] | undefined
  },
): JwtClient {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return jwtClient({ source, origins: [wire.home], ...given })
}

/** The server forgets the current token, as a revocation or an expiry on its side would. */
export function refuseCurrent({ ledger }: Wire): void {
  ledger.accepted = 'Bearer nobody has it'
}

/** Checks that a call fails for the reason a code names, and that nothing of a token is in what it says. */
export async function expectFailure(
  call: Promise<unknown>,
  code: keyof typeof clientErrors,
): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Error)
  expectNoToken(textOf(error))
  const found = chain(error).find((each) => each instanceof ClientError)
  // A transport with errors of its own carries the sentence.
  if (found) expect(found.code).toBe(code)
  else expect(textOf(error)).toContain(clientErrors[code])
}

export function expectNoToken(text: string): void {
  expect(text).not.toMatch(/canary/)
}

/** Waits until something has come true. */
export async function until({ patienceMs = 60_000 }: Wire, isTrue: () => boolean): Promise<void> {
  for (let waited = 0; !isTrue(); waited += 5) {
    if (waited > patienceMs) throw new Error('it did not come true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export function times<R>(count: number, run: () => Promise<R>): Promise<R[]> {
  return Promise.all(Array.from({ length: count }, run))
}

/** Work to be waited for later: until then a failure of it is not one that nobody handles. */
export function later<R>(work: Promise<R>): Promise<R> {
  work.catch(() => undefined)
  return work
}

/** A promise, and its end. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return {
    opened,
    open: () => {
      open()
    },
  }
}

function chain(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...chain(error.cause)] : []
}

function textOf(error: unknown): string {
  return chain(error)
    .map((each) => `${String(each)} ${(each as Error).stack ?? ''} ${JSON.stringify(each)}`)
    .join('\n')
}
