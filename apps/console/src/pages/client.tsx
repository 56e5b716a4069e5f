import { useState } from 'preact/hooks'
import { type Client, type RotatedSecret } from '../api/clients/generated/types.js'
import { hrefOf } from '../route.js'
import { May } from '../session/may.js'
import { clientsApi, may } from '../session/session.js'
import { Fact } from '../ui/fact.js'
import { SecretDialog } from '../ui/secret.js'
import { Show } from '../ui/states.js'
import { Time } from '../ui/time.js'
import { localNow, moment } from '../ui/times.js'
import { useLoaded, type Loaded } from '../ui/use-loaded.js'
import { useQuestion } from '../ui/use-question.js'
import { ClientForm } from './client-form.js'
import { endingOldSecret, removingClient, switchingClient } from './client-questions.js'
import { RotationDialog } from './rotation-dialog.js'

/** One client: its rights, its secret, whether it is enabled. */
export function ClientPage({ id }: { id: string }) {
  const client = useLoaded((signal) => clientsApi.getClient({ id }, { signal }))
  return (
    <>
      <p>
        <a href={hrefOf('clients')}>All clients</a>
      </p>
      <Show of={client}>{(data) => <ClientView client={data} loaded={client} />}</Show>
    </>
  )
}

interface ViewProps {
  readonly client: Client
  readonly loaded: Loaded<Client>
}

function ClientView({ client, loaded }: ViewProps) {
  const { name, kind, disabled } = client
  const [ask, dialog] = useQuestion()
  return (
    <>
      <div class="title">
        <h1>{name}</h1>
        <May to="ChangeClients">
          <div class="buttons">
            {kind === 'confidential' && client.keys === undefined && (
              <Rotation client={client} loaded={loaded} />
            )}
            <button
              type="button"
              class={disabled ? '' : 'danger'}
              onClick={() => {
                ask(switchingClient(client, loaded.replace))
              }}
            >
              {disabled ? 'Enable …' : 'Disable …'}
            </button>
            <button
              type="button"
              class="danger"
              onClick={() => {
                ask(removingClient(client))
              }}
            >
              Remove …
            </button>
          </div>
        </May>
      </div>
      <Facts
        client={client}
        onEndOld={() => {
          ask(endingOldSecret(client, loaded.replace))
        }}
      />
      <fieldset class="bare" disabled={!may('ChangeClients')}>
        <ClientForm key={JSON.stringify(client)} client={client} loaded={loaded} />
      </fieldset>
      {dialog}
    </>
  )
}

/** Asks, rotates the secret, and shows the new one. */
function Rotation({ client, loaded }: ViewProps) {
  const [state, setState] = useState<'asking' | RotatedSecret>()
  const close = () => {
    setState(undefined)
    if (typeof state === 'object') loaded.reload()
  }
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setState('asking')
        }}
      >
        Rotate the secret …
      </button>
      {state === 'asking' && <RotationDialog client={client} onClose={close} onDone={setState} />}
      {typeof state === 'object' && (
        <SecretDialog
          title={`The new secret of ${client.name}`}
          secret={state.secret}
          note={noteOn(state)}
          onClose={close}
        />
      )}
    </>
  )
}

function noteOn({ oldSecretUntil }: RotatedSecret): string {
  if (oldSecretUntil === undefined) return 'The previous secret is no longer valid.'
  return `The previous secret is valid until ${moment(oldSecretUntil, localNow())}.`
}

function Facts({ client, onEndOld }: { client: Client; onEndOld: () => void }) {
  const { id, kind, disabled, createdAt, oldSecretUntil, keys } = client
  return (
    <section class="card">
      <dl class="claims">
        <Fact name="State">
          <span class={disabled ? 'tag tag-bad' : 'tag tag-good'}>
            {disabled ? 'disabled' : 'enabled'}
          </span>
        </Fact>
        <Fact name="Kind">{kind}</Fact>
        <Fact name="Id">
          <span class="code">{id}</span>
        </Fact>
        <Fact name="Registered">
          <Time at={createdAt} />
        </Fact>
        {keys !== undefined && (
          <Fact name="Authenticates">
            by its keys{keys.jwksUri !== undefined && <span class="code"> {keys.jwksUri}</span>}
          </Fact>
        )}
        {oldSecretUntil !== undefined && (
          <Fact name="Old secret">
            <span>
              ends <Time at={oldSecretUntil} />
            </span>{' '}
            <May to="ChangeClients">
              <button type="button" class="danger" onClick={onEndOld}>
                End it now …
              </button>
            </May>
          </Fact>
        )}
      </dl>
    </section>
  )
}
