import { type FunctionComponent } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { AccountPage } from './pages/account.js'
import { AuditPage } from './pages/audit.js'
import { ClientsPage } from './pages/clients.js'
import { InspectPage } from './pages/inspect.js'
import { KeysPage } from './pages/keys.js'
import { RevocationsPage } from './pages/revocations.js'
import { SessionsPage } from './pages/sessions.js'
import { TrafficPage } from './pages/traffic.js'
import { TryPage } from './pages/try.js'
import { UsersPage } from './pages/users.js'
import { hrefOf, route } from './route.js'
import { Leave } from './session/leave.js'
import { type Profile } from './session/problem.js'
import { may, type Permission } from './session/session.js'
import { ThemeSwitch } from './theme-switch.js'
import { announce, Notice } from './ui/notice.js'

interface PageEntry {
  readonly name: string
  readonly title: string
  readonly Page: FunctionComponent<{ rest: string }>
  /** What the page reads with. Default: it is for all. */
  readonly needs?: Permission
  /** Whether the menu leaves it out. */
  readonly isHidden?: true
}

const tryIt: PageEntry = { name: 'try', title: 'Try it', Page: TryPage }

/** The pages, in the order of the menu; the first one that the user may read is the start page. */
const pages: readonly PageEntry[] = [
  { name: 'inspect', title: 'Inspect', Page: InspectPage, needs: 'InspectTokens' },
  { name: 'sessions', title: 'Sessions', Page: SessionsPage, needs: 'ReadSessions' },
  { name: 'revocations', title: 'Revocations', Page: RevocationsPage, needs: 'ReadRevocations' },
  { name: 'keys', title: 'Keys', Page: KeysPage, needs: 'ReadKeys' },
  { name: 'traffic', title: 'Traffic', Page: TrafficPage, needs: 'ReadTraffic' },
  { name: 'users', title: 'Users', Page: UsersPage, needs: 'ReadUsers' },
  { name: 'clients', title: 'Clients', Page: ClientsPage, needs: 'ReadClients' },
  { name: 'audit', title: 'Audit', Page: AuditPage, needs: 'ReadAudit' },
  tryIt,
  { name: 'account', title: 'Account', Page: AccountPage, isHidden: true },
]

/** The frame of every page: the menu, the logged-in user, and announcements. */
export function Shell({ profile }: { profile: Profile }) {
  const { page, rest } = route.value
  const shown = pages.filter(({ needs }) => needs === undefined || may(needs))
  const menu = shown.filter(({ isHidden }) => isHidden !== true)
  const entry = shown.find(({ name }) => name === page) ?? shown[0] ?? tryIt
  const main = useRef<HTMLElement>(null)
  useArrival(entry, { rest, main })
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault() // the hash is the page's
          main.current?.focus()
        }}
      >
        Skip to the page
      </a>
      <header>
        <div class="bar">
          <p class="brand">
            <img src="/console/icon.svg" alt="" width="24" height="24" /> Jotgate
          </p>
          <nav aria-label="Pages">
            <ul>
              {menu.map(({ name, title }) => (
                <li key={name}>
                  <a href={hrefOf(name)} aria-current={name === entry.name ? 'page' : undefined}>
                    {title}
                  </a>
                </li>
              ))}
              <li>
                <a href="/docs">API</a>
              </li>
            </ul>
          </nav>
          <div class="visitor">
            <ThemeSwitch />
            <p>
              <span class="unseen">Logged in as </span>
              <a href={hrefOf('account')} title="Your account">
                {profile.username}
              </a>
            </p>
            <Leave />
          </div>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Notice />
        <entry.Page key={`${entry.name}/${rest}`} rest={rest} />
      </main>
    </div>
  )
}

/** On a change of page: sets the title, clears the announcement, and moves the focus. */
function useArrival(
  entry: PageEntry,
  { rest, main }: { rest: string; main: { current: HTMLElement | null } },
): void {
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${entry.title} – Jotgate console`
    if (!isFirst.current) {
      announce('')
      main.current?.focus()
      scrollTo(0, 0)
    }
    isFirst.current = false
    // For a menu that is narrower than its entries.
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [entry, rest, main])
}
