import { type Lock } from '../api/accounts/generated/types.js'
import { hrefOf } from '../route.js'
import { May } from '../session/may.js'
import { accountsApi } from '../session/session.js'
import { announce } from '../ui/notice.js'
import { Failure, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { useAction, type Action } from '../ui/use-action.js'
import { useLoaded } from '../ui/use-loaded.js'
import { usePages } from '../ui/use-pages.js'

type Locks = Awaited<ReturnType<typeof accountsApi.listLocks>>

/** The accounts that are locked, where there are any. */
export function LockedAccounts() {
  const locks = useLoaded((signal) => accountsApi.listLocks(query, { signal }))
  return (
    <Show of={locks} isQuiet>
      {(first) => <LockTable key={locks.answers} first={first} reload={locks.reload} />}
    </Show>
  )
}

const query = { limit: 50 }

/** The locks of one user, where there are any. */
export function UserLocks({ id }: { id: string }) {
  const locks = useLoaded((signal) => accountsApi.listLocks({ ...query, user: id }, { signal }))
  const action = useUnlock(locks.reload)
  return (
    <Show of={locks} isQuiet>
      {(page) =>
        page.locks.length > 0 && (
          <section class="card stack" aria-label="Locks">
            <h2>Locked after wrong passwords</h2>
            {action.problem && <Failure problem={action.problem} />}
            {page.locks.map((lock) => (
              <div key={lock.id} class="buttons spread">
                <p>
                  Locked {whereOf(lock)} after {lock.wrongPasswords} wrong passwords; ends{' '}
                  <Time at={lock.until} />
                </p>
                <UnlockButton lock={lock} action={action} />
              </div>
            ))}
          </section>
        )
      }
    </Show>
  )
}

function LockTable({ first, reload }: { first: Locks; reload: () => void }) {
  const [locks, more] = usePages(toPage(first), {
    noun: 'locks',
    load: async (after) => toPage(await accountsApi.listLocks({ ...query, after })),
  })
  const action = useUnlock(reload)
  if (locks.length === 0) return null
  return (
    <section class="card" aria-label="Locked accounts">
      <h2>Locked after wrong passwords</h2>
      {action.problem && <Failure problem={action.problem} />}
      <Table caption="Locked accounts" columns={['User', 'Ends', 'Wrong passwords', 'Where', '']}>
        {locks.map((lock) => (
          <tr key={lock.id}>
            <th scope="row">
              <a href={hrefOf('users', lock.userId)}>
                {lock.username === '' ? lock.userId : lock.username}
              </a>
            </th>
            <td>
              <Time at={lock.until} isShort />
            </td>
            <td>{lock.wrongPasswords}</td>
            <td>{whereOf(lock)}</td>
            <td class="actions">
              <UnlockButton lock={lock} action={action} />
            </td>
          </tr>
        ))}
      </Table>
      {more}
    </section>
  )
}

function toPage({ locks, next }: Locks) {
  return { rows: locks, next }
}

/** An account has a lock of its own at each address from which it has logged in lately. */
function whereOf({ knownAddress }: Lock): string {
  return knownAddress ? 'at one known address' : 'at unknown addresses'
}

interface Unlocking extends Pick<Action, 'isRunning' | 'problem'> {
  readonly unlock: (lock: Lock) => Promise<boolean>
}

function useUnlock(reload: () => void): Unlocking {
  const { run, ...action } = useAction()
  const unlock = ({ id, username }: Lock) =>
    run(async () => {
      await accountsApi.unlock({ id })
      announce(`${username} can log in again at once.`)
      reload()
    })
  return { ...action, unlock }
}

function UnlockButton({ lock, action }: { lock: Lock; action: Unlocking }) {
  return (
    <May to="ChangeUsers">
      <button
        type="button"
        class="small"
        aria-label={`Unlock ${lock.username}`}
        disabled={action.isRunning}
        onClick={() => void action.unlock(lock)}
      >
        Unlock
      </button>
    </May>
  )
}
