import { useState } from 'preact/hooks'
import { type User } from '../api/accounts/generated/types.js'
import { goTo, hrefOf } from '../route.js'
import { loginOptions } from '../session/login-options.js'
import { May } from '../session/may.js'
import { accountsApi } from '../session/session.js'
import { Search } from '../ui/search.js'
import { Empty, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { useLoaded } from '../ui/use-loaded.js'
import { usePages } from '../ui/use-pages.js'
import { LockedAccounts } from './locks.js'
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
  const users = useLoaded((signal) => accountsApi.listUsers(query, { signal }), { key: search })
  return (
    <>
      <div class="title">
        <h1>Users</h1>
        <May to="ChangeUsers">
          <button
            type="button"
            class="primary"
            hidden={loginOptions.value.usersElsewhere}
            onClick={() => {
              setAdding(true)
            }}
          >
            Add a user
          </button>
        </May>
      </div>
      <Search
        label="Username"
        hint="Part of a username, a name or an e-mail address."
        onSearch={setSearch}
      />
      {search === '' && <LockedAccounts />}
      <Show of={users}>
        {(first) => (
          <Pages key={users.answers} first={first} query={query} isSearch={search !== ''} />
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
  readonly first: Awaited<ReturnType<typeof accountsApi.listUsers>>
  readonly query: Parameters<typeof accountsApi.listUsers>[0]
  readonly isSearch: boolean
}

function Pages({ first, query, isSearch }: PagesProps) {
  const [users, more] = usePages(toPage(first), {
    noun: 'users',
    load: async (after) => toPage(await accountsApi.listUsers({ ...query, after })),
  })
  if (users.length === 0) {
    return <Empty>{isSearch ? 'No user matches.' : nothingYet()}</Empty>
  }
  return (
    <section class="card" aria-label="Users found">
      <Table
        caption="Users"
        columns={['Username', 'Name', 'E-mail', 'Roles', 'Created', 'Last login', 'State']}
      >
        {users.map((user) => (
          <UserRow key={user.id} user={user} />
        ))}
      </Table>
      {more}
    </section>
  )
}

function nothingYet(): string {
  return loginOptions.value.usersElsewhere
    ? 'Users are kept by another program: search for one by its whole username.'
    : 'There are no users yet.'
}

function toPage({ users, next }: PagesProps['first']) {
  return { rows: users, next }
}

function UserRow({ user }: { user: User }) {
  const { id, username, displayName, email, roles, disabled, createdAt, lastLoginAt } = user
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
      <td>{createdAt !== undefined && <Time at={createdAt} isShort />}</td>
      <td title="Accurate to the hour">
        {lastLoginAt !== undefined && <Time at={lastLoginAt} isShort />}
      </td>
      <td>
        <span class={disabled ? 'tag tag-bad' : 'tag tag-good'}>
          {disabled ? 'disabled' : 'enabled'}
        </span>
      </td>
    </tr>
  )
}
