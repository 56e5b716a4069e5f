import { type StoredSession } from './pair.js'

/** A message from one tab of a user to the others. */
export type TabMessage =
  | { readonly kind: 'signed-in' | 'refreshed'; readonly stored: StoredSession }
  | { readonly kind: 'signed-out' }

/** The connection between the tabs of one user. */
export interface Tabs {
  /** Runs one at a time over all tabs; `waited` is true when another one ran before it. */
  exclusive(run: (waited: boolean) => Promise<void>): Promise<void>
  tell(message: TabMessage): void
  /** Resolves at the next message, or after `withinMs`. */
  news(withinMs: number): Promise<void>
  close(): void
}

/**
 * Longer than a refresh with all its attempts. After that a tab refreshes alone, which the server's grace makes
 * harmless.
 */
const longestWaitMs = 15_000

/**
 * Joins the tabs that share a name. Without Web Locks each tab refreshes alone, and the server's grace gives all the
 * same successor; without BroadcastChannel a tab learns of another's refresh only from its storage.
 *
 * @example const tabs = joinTabs('my-app', adopt)
 */
export function joinTabs(name: string | undefined, onMessage: (message: TabMessage) => void): Tabs {
  if (name === undefined) return alone
  const channel = openChannel(`jotgate:${name}`)
  const waiting = new Set<() => void>()
  const receive = (event: { data: unknown }) => {
    onMessage(event.data as TabMessage) // same origin and name: sent by this module in another tab
    for (const resolve of waiting) resolve()
  }
  channel?.addEventListener('message', receive as never) // DOM and Node name the event's type differently
  return {
    exclusive: (run) => lock(`jotgate:${name}`, run),
    tell: (message) => {
      channel?.postMessage(message)
    },
    news: (withinMs) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, withinMs)
        waiting.add(done)
      }),
    close: () => {
      channel?.close()
    },
  }
}

const alone: Tabs = {
  exclusive: (run) => run(false),
  tell: () => undefined,
  news: () => Promise.resolve(),
  close: () => undefined,
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
  request(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    run: (lock: unknown) => Promise<boolean>,
  ): Promise<boolean>
}

function webLocks(): Locks | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: Locks } } // present on some platforms only
  return navigator?.locks
}

async function lock(name: string, run: (waited: boolean) => Promise<void>): Promise<void> {
  const locks = webLocks()
  if (!locks) return run(false)
  const ran = await locks.request(name, { ifAvailable: true }, async (granted) => {
    if (granted !== null) await run(false)
    return granted !== null
  })
  if (ran) return
  const entry = { entered: false }
  const enter = async () => {
    entry.entered = true
    await run(true)
    return true
  }
  try {
    await locks.request(name, { signal: AbortSignal.timeout(longestWaitMs) }, enter)
  } catch (error) {
    if (entry.entered) throw error
    await run(true)
  }
}
