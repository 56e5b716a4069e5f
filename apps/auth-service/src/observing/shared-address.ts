/** Notices when nearly all accounts log in from one address: most likely that of a proxy which is not configured. */
export interface SharedAddress {
  /** After a right password. */
  loggedIn(network: string, account: string): void
  /** The number of these accounts, while it is so; else undefined. */
  accounts(): number | undefined
}

/** Seconds that a login counts. */
const kept = 3600
/** Most accounts that are looked at, those that logged in last. */
const most = 10_000
/** From so many accounts at one address, and from that part of all accounts, it is noticed. */
const [least, part] = [20, 0.9] as const

interface LastLogin {
  readonly network: string
  /** Unix time in seconds. */
  readonly at: number
}

/**
 * Looks at the accounts that have logged in to this process within the last hour.
 *
 * @example createSharedAddress().accounts() // undefined
 */
export function createSharedAddress(now: () => number = () => Date.now() / 1000): SharedAddress {
  /** By account, the oldest login first. */
  const logins = new Map<string, LastLogin>()
  const forget = () => {
    for (const [account, { at }] of logins) {
      if (logins.size <= most && at > now() - kept) return
      logins.delete(account)
    }
  }
  return {
    loggedIn: (network, account) => {
      logins.delete(account)
      logins.set(account, { network, at: now() })
      forget()
    },
    accounts: () => {
      forget()
      const counts = new Map<string, number>()
      for (const { network } of logins.values()) counts.set(network, (counts.get(network) ?? 0) + 1)
      const largest = Math.max(0, ...counts.values())
      return largest >= least && largest >= part * logins.size ? largest : undefined
    },
  }
}

/**
 * What to do about it, in the log, at `/readyz` and in the console.
 *
 * @example sharedAddressNote(20)
 */
export function sharedAddressNote(accounts: number): string {
  return (
    `${String(accounts)} accounts, nearly all, have logged in from one address within the hour; ` +
    'if that is a proxy, name it in trustedProxies and have it write X-Forwarded-For: ' +
    'the limits of logins take all callers there for one'
  )
}
