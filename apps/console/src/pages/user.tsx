import { useState } from 'preact/hooks'
import { type User } from '../api/accounts/generated/types.js'
import { hrefOf } from '../route.js'
import { fieldFault } from '../session/field-fault.js'
import { loginOptions } from '../session/login-options.js'
import { May } from '../session/may.js'
import { accountsApi } from '../session/session.js'
import { Fact } from '../ui/fact.js'
import { Field } from '../ui/field.js'
import { type Question } from '../ui/confirm.js'
import { announce } from '../ui/notice.js'
import { Time } from '../ui/time.js'
import { wordsOf } from '../ui/words.js'
import { Failure, Show } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'
import { useLoaded, type Loaded } from '../ui/use-loaded.js'
import { useQuestion } from '../ui/use-question.js'
import { AccountForm } from './account-form.js'
import { AttributesForm, textOf } from './attributes-form.js'
import { endingAll } from './ending-all.js'
import { UserLocks } from './locks.js'
import { PasswordField } from './new-user.js'
import { removingFactor } from './removing-factor.js'
import { deleting, switching } from './user-questions.js'

/** One user: account, roles, whether it may log in, password, attributes, sessions, locks. */
export function UserPage({ id }: { id: string }) {
  const user = useLoaded((signal) => accountsApi.getUser({ id }, { signal }))
  return (
    <>
      <p>
        <a href={hrefOf('users')}>All users</a>
      </p>
      <Show of={user}>{(data) => <UserView user={data} loaded={user} />}</Show>
    </>
  )
}

interface ViewProps {
  readonly user: User
  readonly loaded: Loaded<User>
}

function UserView({ user, loaded }: ViewProps) {
  const [ask, dialog] = useQuestion()
  const account = [user.username, user.displayName, user.email].join('\n')
  return (
    <>
      <div class="title">
        <h1>{user.username}</h1>
        <Buttons user={user} loaded={loaded} ask={ask} />
      </div>
      <UserFacts user={user} />
      <UserLocks id={user.id} />
      <May to="ChangeUsers">
        <div class="columns" hidden={loginOptions.value.usersElsewhere}>
          <RolesForm key={user.roles.join()} user={user} loaded={loaded} />
          <PasswordForm user={user} />
          <AccountForm key={account} user={user} onDone={loaded.replace} />
          <AttributesOf user={user} loaded={loaded} />
        </div>
      </May>
      {dialog}
    </>
  )
}

function Buttons({ user, loaded, ask }: ViewProps & { ask: (question: Question) => void }) {
  const { username, disabled } = user
  return (
    <div class="buttons">
      <a class="button" href={hrefOf('sessions', username)}>
        Sessions
      </a>
      <May to="EndSessions">
        <button
          type="button"
          class="danger"
          onClick={() => {
            ask(endingAll(user))
          }}
        >
          End all sessions …
        </button>
      </May>
      <May to="ChangeUsers">
        <button
          type="button"
          class="danger"
          onClick={() => {
            ask(removingFactor(user))
          }}
        >
          Remove second factor …
        </button>
        <button
          type="button"
          hidden={loginOptions.value.usersElsewhere}
          class={disabled ? '' : 'danger'}
          onClick={() => {
            ask(switching(user, loaded.replace))
          }}
        >
          {disabled ? 'Enable …' : 'Disable …'}
        </button>
        <button
          type="button"
          hidden={loginOptions.value.usersElsewhere}
          class="danger"
          onClick={() => {
            ask(deleting(user))
          }}
        >
          Delete …
        </button>
      </May>
    </div>
  )
}

function UserFacts({ user }: { user: User }) {
  const { displayName, email, disabled, createdAt, lastLoginAt } = user
  return (
    <section class="card">
      <dl class="claims">
        <Fact name="State">
          <span class={disabled ? 'tag tag-bad' : 'tag tag-good'}>
            {disabled ? 'disabled' : 'enabled'}
          </span>
        </Fact>
        <Fact name="Name">{displayName === '' ? '–' : displayName}</Fact>
        <Fact name="Roles">{user.roles.length === 0 ? '–' : user.roles.join(', ')}</Fact>
        <Fact name="E-mail">{email === '' ? '–' : email}</Fact>
        <Fact name="Created">{createdAt === undefined ? '–' : <Time at={createdAt} />}</Fact>
        <Fact name="Last login">{lastLoginAt === undefined ? '–' : <Time at={lastLoginAt} />}</Fact>
        {Object.entries(user.attributes).map(([name, value]) => (
          <Fact key={name} name={name}>
            {textOf(value)}
          </Fact>
        ))}
        <Fact name="Id">
          <span class="code">{user.id}</span>
        </Fact>
      </dl>
    </section>
  )
}

/** Where the configuration has no attributes there is no form. */
function AttributesOf({ user, loaded }: ViewProps) {
  const defined = useLoaded((signal) => accountsApi.listAttributes({ signal }))
  return (
    <Show of={defined} isQuiet>
      {({ attributes }) =>
        attributes.length > 0 && (
          <AttributesForm
            key={JSON.stringify(user.attributes)}
            {...{ user, attributes }}
            onDone={loaded.replace}
          />
        )
      }
    </Show>
  )
}

function RolesForm({ user, loaded }: ViewProps) {
  const [roles, setRoles] = useState(user.roles.join(', '))
  const action = useAction()
  const submit = async (event: Event) => {
    event.preventDefault()
    await action.run(async () => {
      const changed = await accountsApi.changeUser({ id: user.id, roles: wordsOf(roles) })
      loaded.replace(changed)
      announce(`The roles of ${user.username} have been changed; ${effectOf(user, changed)}.`)
    })
  }
  return (
    <form class="card" onSubmit={(event) => void submit(event)} autocomplete="off">
      <h2>Roles</h2>
      <Field
        label="Roles"
        value={roles}
        onChange={setRoles}
        settings={{ hint: 'Separate with commas. Taking a role away ends the user’s sessions.' }}
      />
      {action.problem && <Failure problem={action.problem} />}
      <div class="buttons">
        <button type="submit" disabled={action.isRunning}>
          Change roles
        </button>
      </div>
    </form>
  )
}

function effectOf(before: User, after: User): string {
  const takesAway = before.roles.some((role) => !after.roles.includes(role))
  return takesAway ? 'the sessions have ended' : 'the sessions go on'
}

function PasswordForm({ user }: { user: User }) {
  const [password, setPassword] = useState('')
  const action = useAction()
  const fault = fieldFault(action.problem, 'newPassword')
  const submit = async (event: Event) => {
    event.preventDefault()
    const isDone = await action.run(() =>
      accountsApi.setPassword({ id: user.id, newPassword: password }),
    )
    if (!isDone) return
    setPassword('')
    announce(`${user.username} has a new password; the sessions have ended.`)
  }
  return (
    <form class="card" onSubmit={(event) => void submit(event)} autocomplete="off">
      <h2>Password</h2>
      <input type="text" autocomplete="username" value={user.username} readOnly hidden />
      <PasswordField value={password} onChange={setPassword} fault={fault} />
      {action.problem && !fault && <Failure problem={action.problem} />}
      <div class="buttons">
        <button type="submit" disabled={action.isRunning}>
          Set password
        </button>
      </div>
    </form>
  )
}
