import { useState } from 'preact/hooks'
import { type Client, type ClientPolicy } from '../api/clients/generated/types.js'
import { fieldFault } from '../session/field-fault.js'
import { May } from '../session/may.js'
import { clientsApi } from '../session/session.js'
import { Field } from '../ui/field.js'
import { announce } from '../ui/notice.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'
import { type Loaded } from '../ui/use-loaded.js'
import { wordsOf } from '../ui/words.js'
import { GrantsField } from './grants-field.js'
import {
  LoginFields,
  loginFaultNames,
  otherGrants,
  toLoginTexts,
  toSignIn,
} from './login-fields.js'
import { RightsFields } from './new-client.js'
import { OriginsField } from './origins-field.js'
import { RolesField } from './roles-field.js'

const times = {
  accessTtl: 'Life of access tokens',
  refreshTtl: 'Longest session',
  grace: 'Grace after a rotation',
  recoverWithin: 'Recovery of a lost answer',
} as const satisfies Record<keyof ClientPolicy, string>

const fields = ['name', 'grants', 'scopes', 'audiences', 'origins', ...loginFaultNames]

type TimeName = keyof typeof times

const timeNames = Object.keys(times) as TimeName[] // the keys of the table above

type Times = Readonly<Record<TimeName, string>>

/** Changes a client's name, rights and times. */
export function ClientForm({ client, loaded }: { client: Client; loaded: Loaded<Client> }) {
  const [name, setName] = useState(client.name)
  const [grants, setGrants] = useState(otherGrants(client.grants))
  const [scopes, setScopes] = useState(client.scopes.join(' '))
  const [audiences, setAudiences] = useState(client.audiences.join(' '))
  const [origins, setOrigins] = useState(client.origins.join(' '))
  const [logins, setLogins] = useState(toLoginTexts(client.signIn))
  const [receivesRoles, setReceivesRoles] = useState(client.receivesRoles)
  const [policy, setPolicy] = useState(toTexts(client.policy))
  const action = useAction()
  const faultOf = (field: string) => fieldFault(action.problem, field)
  const isSaid = [...fields, ...timeNames.map((each) => `policy.${each}`)].some(faultOf)
  const submit = async (event: Event) => {
    event.preventDefault()
    if (action.isRunning) return
    const lists = { scopes: wordsOf(scopes), audiences: wordsOf(audiences) }
    // Unchanged times are not sent: they may come from an earlier configuration.
    const isSame = timeNames.every((each) => policy[each] === toTexts(client.policy)[each])
    const itsTimes = isSame ? {} : { policy: toPolicy(policy) }
    const pages = client.kind === 'public' ? { origins: wordsOf(origins) } : {}
    const rights = { ...lists, receivesRoles, ...pages, ...toSignIn(logins, grants, client.signIn) }
    const change = { id: client.id, name: name.trim(), ...rights, ...itsTimes }
    await action.run(async () => {
      loaded.replace(await clientsApi.changeClient(change))
      announce(`${change.name} has been changed.`)
    })
  }
  return (
    <form class="card" onSubmit={(event) => void submit(event)} autocomplete="off">
      <h2>What it may have</h2>
      <Field
        label="Name"
        value={name}
        onChange={setName}
        settings={{ required: true, fault: faultOf('name') }}
      />
      <GrantsField
        grants={grants}
        isPublic={client.kind === 'public'}
        fault={faultOf('grants')}
        onChange={setGrants}
      />
      <RightsFields {...{ scopes, setScopes, audiences, setAudiences }} faultOf={faultOf} />
      <LoginFields texts={logins} onChange={setLogins} faultOf={faultOf} />
      <OriginsField
        kind={client.kind}
        origins={origins}
        onChange={setOrigins}
        fault={faultOf('origins')}
      />
      <RolesField receivesRoles={receivesRoles} onChange={setReceivesRoles} />
      <TimesFields policy={policy} onChange={setPolicy} faultOf={faultOf} />
      {action.problem && !isSaid && <Failure problem={action.problem} />}
      <ChangeButton isRunning={action.isRunning} />
    </form>
  )
}

function ChangeButton({ isRunning }: { isRunning: boolean }) {
  return (
    <May to="ChangeClients">
      <div class="buttons">
        <button type="submit" disabled={isRunning}>
          Change
        </button>
      </div>
    </May>
  )
}

function TimesFields(props: {
  policy: Times
  onChange: (policy: Times) => void
  faultOf: (field: string) => string | undefined
}) {
  return (
    <div class="columns">
      {timeNames.map((name) => (
        <Field
          key={name}
          label={`${times[name]} (seconds)`}
          value={props.policy[name]}
          onChange={(text) => {
            props.onChange({ ...props.policy, [name]: text })
          }}
          settings={{
            hint: 'Empty: as in the configuration.',
            fault: props.faultOf(`policy.${name}`),
          }}
        />
      ))}
    </div>
  )
}

function toTexts(policy: ClientPolicy): Times {
  const { accessTtl, refreshTtl, grace, recoverWithin } = policy
  const text = (seconds: number | undefined) => (seconds === undefined ? '' : String(seconds))
  return {
    accessTtl: text(accessTtl),
    refreshTtl: text(refreshTtl),
    grace: text(grace),
    recoverWithin: text(recoverWithin),
  }
}

/** Text that is not a number is sent as `null`: the service then reports the fault at the field. */
function toPolicy(policy: Times): ClientPolicy {
  const given = Object.entries(policy).filter(([, text]) => text.trim() !== '')
  return Object.fromEntries(given.map(([name, text]) => [name, Number(text)]))
}
