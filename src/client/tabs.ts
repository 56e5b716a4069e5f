import { type StoredSession } from './pair.js'

/** What one tab tells the others of its user. */
export type TabMessage =
  | { readonly kind: 'signed-in' | 'refreshed'; readonly stored: StoredSession }
  | { readonly kind: 'signed-out' }

/** What tabs of one user have between them. */
export interface Tabs {
  /** Runs one at a time over all tabs; `waited` when another one ran before it. */
  exclusive(run: (waited: boolean) => Promise<void>): Promise<void>
  tell(message: TabMessage): void
  /** Resolves at the next message, or after a while. */
  news(withinMs: number): Promise<void>
  close(): void
}

/** Longer than a refresh with all its attempts: past it a tab goes on alone, and the server's grace makes it harmless. */
const longestWaitMs = 15_000

/**
 * Joins the tabs that share a name. Where the platform has no Web Locks each goes alone, and the server's grace gives
 * both the same successor; where it has no BroadcastChannel a tab learns of another's refresh from its storage only.
 *
 * @example const tabs = joinTabs('my-app', adopt)
 */
export function joinTabs(name: string | undefined, onMessage: (message: TabMessage) => void): Tabs {
  if (name === undefined) return alone
  const channel = openChannel(`jotgate:${name}`)
  const waiting = new Set<() => void>()
  const receive = (event: { data: unknown }) => {
    onMessage(event.data as TabMessage) // same origin and name: this module of another tab sent it
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
  // Node would keep the process alive for it.
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
  const { navigator } = globalThis as { navigator?: { locks?: Locks } } // where the platform has it
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
