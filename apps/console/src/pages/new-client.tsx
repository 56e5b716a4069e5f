import { useState } from 'preact/hooks'
import { type CreatedClient } from '../api/clients/generated/types.js'
import { fieldFault } from '../session/field-fault.js'
import { clientsApi } from '../session/session.js'
import { Choice } from '../ui/choice.js'
import { Dialog } from '../ui/dialog.js'
import { Field } from '../ui/field.js'
import { Failure } from '../ui/states.js'
import { useAction } from '../ui/use-action.js'
import { wordsOf } from '../ui/words.js'
import { GrantsField } from './grants-field.js'
import { LoginFields, loginFaultNames, toLoginTexts, toSignIn } from './login-fields.js'
import { OriginsField } from './origins-field.js'
import { RolesField } from './roles-field.js'

const kinds = {
  confidential: 'A service, which has a secret (confidential)',
  public: 'An app, which cannot keep a secret (public)',
} as const

type Kind = keyof typeof kinds

const fields = ['name', 'grants', 'scopes', 'audiences', 'origins', ...loginFaultNames]

const usualGrant = { confidential: 'client_credentials', public: 'refresh_token' } as const

/** The form for a new client. */
export function NewClientDialog(props: {
  onClose: () => void
  onDone: (created: CreatedClient) => void
}) {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Kind>('confidential')
  const [grants, setGrants] = useState<readonly string[]>([usualGrant.confidential])
  const [scopes, setScopes] = useState('')
  const [audiences, setAudiences] = useState('')
  const [origins, setOrigins] = useState('')
  const [logins, setLogins] = useState(toLoginTexts(undefined))
  const [receivesRoles, setReceivesRoles] = useState(false)
  const action = useAction()
  const faultOf = (field: string) => fieldFault(action.problem, field)
  const choose = (chosen: Kind) => {
    setKind(chosen)
    setGrants([usualGrant[chosen]])
  }
  const submit = async (event: Event) => {
    event.preventDefault()
    if (action.isRunning) return
    const rights = { scopes: wordsOf(scopes), audiences: wordsOf(audiences), receivesRoles }
    const pages = kind === 'public' ? { origins: wordsOf(origins) } : {}
    const asked = { name: name.trim(), kind, ...toSignIn(logins, grants), ...rights, ...pages }
    await action.run(async () => {
      props.onDone(await clientsApi.createClient(asked))
    })
  }
  const isSaid = fields.some((field) => faultOf(field))
  return (
    <Dialog title="Register a client" onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)} autocomplete="off">
        <Field
          label="Name"
          value={name}
          onChange={setName}
          settings={{ required: true, autoFocus: true, fault: faultOf('name') }}
        />
        <Choice label="Kind" value={kind} options={kinds} onChange={choose} />
        <GrantsField
          grants={grants}
          isPublic={kind === 'public'}
          fault={faultOf('grants')}
          onChange={setGrants}
        />
        <RightsFields {...{ scopes, setScopes, audiences, setAudiences }} faultOf={faultOf} />
        <LoginFields texts={logins} onChange={setLogins} faultOf={faultOf} />
        <OriginsField
          kind={kind}
          origins={origins}
          onChange={setOrigins}
          fault={faultOf('origins')}
        />
        <RolesField receivesRoles={receivesRoles} onChange={setReceivesRoles} />
        {action.problem && !isSaid && <Failure problem={action.problem} />}
        <Buttons isRunning={action.isRunning} onClose={props.onClose} />
      </form>
    </Dialog>
  )
}

function Buttons(props: { isRunning: boolean; onClose: () => void }) {
  return (
    <div class="buttons">
      <button type="button" onClick={props.onClose}>
        Cancel
      </button>
      <button type="submit" class="primary" disabled={props.isRunning}>
        Register
      </button>
    </div>
  )
}

/** The scopes and audiences of its tokens. */
export function RightsFields(props: {
  scopes: string
  setScopes: (scopes: string) => void
  audiences: string
  setAudiences: (audiences: string) => void
  faultOf: (field: string) => string | undefined
}) {
  return (
    <>
      <Field
        label="Scopes"
        value={props.scopes}
        onChange={props.setScopes}
        settings={{
          hint: 'Separate with spaces. The widest scopes its tokens may have. Optional.',
          fault: props.faultOf('scopes'),
        }}
      />
      <Field
        label="Audiences"
        value={props.audiences}
        onChange={props.setAudiences}
        settings={{
          required: true,
          hint: 'Separate with spaces. The first one is used when a token request names none.',
          fault: props.faultOf('audiences'),
        }}
      />
    </>
  )
}
