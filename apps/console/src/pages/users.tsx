import { useState } from 'preact/hooks'
import { type User } from '../api/admin/generated/types.js'
import { goTo, hrefOf } from '../route.js'
import { api } from '../session/session.js'
import { announce } from '../ui/notice.js'
import { Search } from '../ui/search.js'
import { Empty, Failure, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { useAction } from '../ui/use-action.js'
import { useLoaded } from '../ui/use-loaded.js'
import { NewUserDialog } from './new-user.js'
import { UserPage } from './user.js'

/** The users, or one of them. */
export function UsersPage({ rest }: { rest: string }) {
  return rest === '' ? <UserList /> : <UserPage key={rest} id={rest} />
}

const pageSize = 50

function UserList() {
  const [search, setSearch] = useState('')
  const [isAdding, setAdding] = useState(false)
  const query = { limit: pageSize, ...(search === '' ? {} : { search }) }
  const users = useLoaded((signal) => api.listUsers(query, { signal }), { key: search })
  return (
    <>
      <div class="title">
        <h1>Users</h1>
        <button
          type="button"
          class="primary"
          onClick={() => {
            setAdding(true)
          }}
        >
          Add a user
        </button>
      </div>
      <Search
        label="Username"
        hint="Part of a username, a name or an e-mail address."
        onSearch={setSearch}
      />
      <Show of={users}>
        {(first) => (
          <Pages key={JSON.stringify(first)} first={first} query={query} isSearch={search !== ''} />
        )}
      </Show>
      {isAdding && (
        <NewUserDialog
          onClose={() => {
            setAdding(false)
          }}
          onDone={(user) => {
            setAdding(false)
            goTo('users', user.id)
          }}
        />
      )}
    </>
  )
}

interface PagesProps {
  readonly first: Awaited<ReturnType<typeof api.listUsers>>
  readonly query: Parameters<typeof api.listUsers>[0]
  readonly isSearch: boolean
}

/** The first page, and those that were asked for after it. */
function Pages({ first, query, isSearch }: PagesProps) {
  const [users, setUsers] = useState(first.users)
  const [next, setNext] = useState(first.next)
  const action = useAction()
  if (users.length === 0) {
    return <Empty>{isSearch ? 'No user matches.' : 'There are no users yet.'}</Empty>
  }
  const more = async (after: string) => {
    const page = await api.listUsers({ ...query, after })
    setUsers([...users, ...page.users])
    setNext(page.next)
    announce(`${String(page.users.length)} more users.`)
  }
  return (
    <section class="card" aria-label="Users found">
      <Table caption="Users" columns={['Username', 'Name', 'E-mail', 'Roles', 'State']}>
        {users.map((user) => (
          <UserRow key={user.id} user={user} />
        ))}
      </Table>
      {action.problem && <Failure problem={action.problem} />}
      {next !== undefined && next !== '' && (
        <button
          type="button"
          disabled={action.isRunning}
          onClick={() => void action.run(() => more(next))}
        >
          Show more
        </button>
      )}
    </section>
  )
}

function UserRow({ user }: { user: User }) {
  const { id, username, displayName, email, roles, disabled } = user
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf('users', id)}>{username}</a>
      </th>
      <td>{displayName}</td>
      <td>{email}</td>
      <td>
        {roles.map((role) => (
          <span key={role} class="tag">
            {role}
          </span>
        ))}
      </td>
      <td>
        <span class={disabled ? 'tag tag-bad' : 'tag tag-good'}>
          {disabled ? 'disabled' : 'enabled'}
        </span>
      </td>
    </tr>
  )
}
