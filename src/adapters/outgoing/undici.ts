import { type Dispatcher } from 'undici'
import { type Credential, type Credentials } from '../../client/credential.js'
import { isOldHandler, toNewHandler, toOldHandler, type OldHandler } from './undici-old-handler.js'

type Handler = Dispatcher.DispatchHandler
type Options = Dispatcher.DispatchOptions
type Dispatch = Dispatcher.Dispatch
type Controller = Parameters<NonNullable<Handler['onResponseError']>>[0]

/**
 * An interceptor for undici's (6, 7 or 8) own `request`, `stream`, `pipeline` and `fetch`: it attaches tokens, and after a 401
 * retries once if the body can be sent again (text, bytes or none).
 *
 * Not for the global `fetch`: Node's is another undici, and different versions are incompatible (an npm undici 8
 * dispatcher hangs the `fetch` of Node 22). Use `client.fetch` there. Put an interceptor that follows redirects after
 * this one, so that each hop is checked by its own origin; one before it does not follow.
 *
 * @example
 * const agent = new Agent().compose(auth(client), interceptors.redirect({ maxRedirections: 5 }))
 * await request('https://api.example/orders', { dispatcher: agent })
 */
export function auth(client: Credentials): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    void attach({ client, options, ...modern(dispatch, handler) })
    return true
  }
}

/** Undici 6 calls other functions of a handler than 7 and 8; the rest of this file knows those of 7. */
function modern(dispatch: Dispatch, handler: Handler): Pick<Call, 'dispatch' | 'handler'> {
  if (!isOldHandler(handler)) return { dispatch, handler }
  const old: OldHandler = handler
  return {
    handler: toNewHandler(old),
    dispatch: (options, each) => dispatch(options, toOldHandler(each, old) as Handler), // as undici 6 has it
  }
}

interface Call {
  readonly client: Credentials
  readonly dispatch: Dispatch
  readonly options: Options
  readonly handler: Handler
}

async function attach(call: Call): Promise<void> {
  const { client, dispatch, options, handler } = call
  try {
    const origin = new URL(String(options.origin)).origin
    const credential = await client.credential(origin, signalOf(options))
    if (!credential) dispatch(options, handler)
    else if (isReplayable(options.body))
      dispatch(withFields(options, credential), retrying(call, credential))
    else dispatch(withFields(options, credential), handler)
  } catch (error) {
    fail(handler, error)
  }
}

/** Longest refused answer, in bytes, that is kept while another token is fetched. */
const mostBytes = 65_536

/** Holds a 401 back, and delivers it after all when there is no other token. */
function retrying({ client, dispatch, options, handler }: Call, credential: Credential): Handler {
  let kept: Buffer[] | undefined
  let giveHead = () => undefined as unknown
  let challenge: string | undefined
  const giveOut = (controller: Controller) => {
    giveHead()
    for (const chunk of kept ?? []) handler.onResponseData?.(controller, chunk)
    kept = undefined
  }
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
    onResponseStart: (...head) => {
      giveHead = () => handler.onResponseStart?.(...head)
      challenge = challengeOf(head[2])
      if (head[1] === 401) kept = []
      else giveHead()
    },
    onResponseData: (controller, chunk) => {
      if (kept === undefined) handler.onResponseData?.(controller, chunk)
      kept?.push(chunk)
      if (lengthOf(kept) > mostBytes) giveOut(controller)
    },
    onResponseEnd: (controller, trailers) => {
      const end = () => handler.onResponseEnd?.(controller, trailers)
      const again = (other: Credential | undefined) => {
        if (other) return dispatch(withFields(options, other), handler)
        giveOut(controller)
        return end()
      }
      if (kept === undefined) end()
      else client.renew(credential, challenge).then(again).catch(failing(handler))
    },
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  }
}

/** Undici 6 gives names and values as bytes, alternating; 7 an object. */
function challengeOf(headers: object): string | undefined {
  const flat: readonly unknown[] = Array.isArray(headers) ? headers : Object.entries(headers).flat()
  const name = flat.findIndex(
    (each, at) => at % 2 === 0 && String(each).toLowerCase() === 'www-authenticate',
  )
  return name < 0 ? undefined : String(flat[name + 1])
}

const lengthOf = (chunks: readonly Buffer[] = []) =>
  chunks.reduce((sum, { length }) => sum + length, 0)

const failing = (handler: Handler) => (error: unknown) => {
  fail(handler, error)
}

function fail(handler: Handler, error: unknown): void {
  // There is no connection to control yet; undici's own interceptors also pass null.
  handler.onResponseError?.(null as unknown as Controller, error as Error)
}

function isReplayable(body: unknown): boolean {
  return body === null || body === undefined || typeof body === 'string' || ArrayBuffer.isView(body)
}

function signalOf(options: Options): AbortSignal | undefined {
  const { signal } = options as { signal?: unknown } // `request` passes on its own options
  return signal instanceof AbortSignal ? signal : undefined
}

/** Adds the token; a redirect interceptor below this one would forward it, and 0 keeps it from following. */
function withFields(options: Options, { fields }: Credential): Options {
  const kept = entriesOf(options.headers).filter(([name]) => !(name.toLowerCase() in fields))
  const headers = [...kept, ...Object.entries(fields)].flat()
  return Object.assign({ ...options, headers }, { maxRedirections: 0 })
}

function entriesOf(headers: Options['headers']): [string, string][] {
  if (!headers) return []
  const list: readonly unknown[] =
    Symbol.iterator in headers ? [...headers] : Object.entries(headers)
  // undici also accepts alternating names and values.
  const pairs =
    typeof list[0] === 'string'
      ? list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]]] : []))
      : list
  return (pairs as [string, string | string[] | undefined][]).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each]),
  ) // one of the two forms, by undici's types
}
