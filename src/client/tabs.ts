import { abortAfter } from './abort-after.js'

/** Another tab has logged in, or has refreshed. */
export interface SessionChanged {
  readonly kind: 'signed-in' | 'refreshed'
  readonly login?: string | undefined
  /** Only when the tokens are in the memory of one tab. */
  readonly accessToken?: string | undefined
  readonly refreshAt?: number | null
  readonly expiresAt?: number | null
}

/** A tab without a refresh token needs another access token. */
export interface TokenWanted {
  readonly kind: 'wanted'
  readonly login: string | undefined
  /** The access token it has. */
  readonly refused: string | undefined
}

/** A message from one tab of a user to the others. Every script of the origin hears it: no refresh token is in it. */
export type TabMessage = SessionChanged | TokenWanted | { readonly kind: 'signed-out' }

/** The connection between the tabs of one user. */
export interface Tabs {
  /** Runs one at a time over all tabs; `waited` is true when another one ran before it. */
  exclusive(run: (waited: boolean) => Promise<void>): Promise<void>
  tell(message: TabMessage): void
  /** Makes this tab the one that has the refresh token of a login, until it closes. */
  lead(login: string): Promise<void>
  /** Whether some tab has the refresh token of a login; undefined without Web Locks. */
  isLed(login: string | undefined): Promise<boolean | undefined>
  close(): void
}

/**
 * Longer than a refresh with all its attempts. After that a tab refreshes alone, which the server's grace makes
 * harmless.
 */
const longestWaitMs = 15_000

/**
 * Joins the tabs that share a name. Without Web Locks each tab refreshes alone, and the server's grace gives all the
 * same successor; without BroadcastChannel a tab learns of another's refresh only from its storage. Any script of the
 * origin hears the messages and can send some of its own.
 *
 * @example const tabs = joinTabs('my-app', adopt)
 */
export function joinTabs(name: string | undefined, onMessage: (message: TabMessage) => void): Tabs {
  const fullName = `jotgate:${name ?? ''}`
  const [locks, channel] = name === undefined ? [] : [webLocks(), openChannel(fullName)]
  const receive = ({ data }: { data: unknown }) => {
    onMessage(Object(data) as TabMessage) // any script of the origin can send anything
  }
  channel?.addEventListener('message', receive as never) // DOM and Node name the event's type differently
  let leave: () => void = () => undefined
  return {
    exclusive: (run) => (locks ? lock(locks, fullName, run) : run(false)),
    tell: (message) => {
      channel?.postMessage(message)
    },
    lead: (login) =>
      new Promise((resolve) => {
        leave()
        const hold = () =>
          new Promise<void>((release) => {
            leave = release
            resolve()
          })
        Promise.resolve(locks?.request(`${fullName}:${login}`, {}, hold)).then(resolve, resolve)
      }),
    isLed: async (login) =>
      locks?.request(
        `${fullName}:${login ?? ''}`,
        { ifAvailable: true, mode: 'shared' },
        (granted) => Promise.resolve(granted === null),
      ),
    close: () => {
      leave()
      channel?.close()
    },
  }
}

type Channel = Omit<InstanceType<typeof BroadcastChannel>, 'unref'> & { unref?: () => unknown }

function openChannel(name: string): Channel | undefined {
  if (typeof BroadcastChannel !== 'function') return undefined
  const channel: Channel = new BroadcastChannel(name)
  // Otherwise it would keep a Node process alive.
  channel.unref?.()
  return channel
}

/** The part of the Web Locks API that is used; not every platform's types have it. */
interface Locks {
  request<R>(
    name: string,
    options: { ifAvailable?: boolean; mode?: 'shared'; signal?: AbortSignal },
    run: (lock: unknown) => Promise<R>,
  ): Promise<R>
}

function webLocks(): Locks | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: Locks } } // present on some platforms only
  return navigator?.locks
}

type Run = (waited: boolean) => Promise<void>

async function lock(locks: Locks, name: string, run: Run): Promise<void> {
  const entry: { work?: Promise<void> } = {}
  const enter = (waited: boolean) => (granted: unknown) =>
    granted === null ? Promise.resolve() : (entry.work = run(waited))
  await locks.request(name, { ifAvailable: true }, enter(false))
  if (entry.work) return
  const signal = abortAfter(longestWaitMs)
  await locks.request(name, { signal }, enter(true)).catch(() => entry.work ?? run(true))
}
