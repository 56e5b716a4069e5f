import { useState } from 'preact/hooks'
import { type Client } from '../api/clients/generated/types.js'
import { goTo, hrefOf } from '../route.js'
import { May } from '../session/may.js'
import { clientsApi } from '../session/session.js'
import { SecretDialog } from '../ui/secret.js'
import { Empty, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { useLoaded } from '../ui/use-loaded.js'
import { usePages } from '../ui/use-pages.js'
import { ClientPage } from './client.js'
import { NewClientDialog } from './new-client.js'

/** The OAuth clients, or one of them. */
export function ClientsPage({ rest }: { rest: string }) {
  return rest === '' ? <ClientList /> : <ClientPage key={rest} id={rest} />
}

interface Registered {
  readonly client: Client
  readonly secret?: string
}

const query = { limit: 50 }

function ClientList() {
  const clients = useLoaded((signal) => clientsApi.listClients(query, { signal }))
  const [isAdding, setAdding] = useState(false)
  const [added, setAdded] = useState<Registered>()
  return (
    <>
      <div class="title">
        <h1>Clients</h1>
        <May to="ChangeClients">
          <button
            type="button"
            class="primary"
            onClick={() => {
              setAdding(true)
            }}
          >
            Register a client
          </button>
        </May>
      </div>
      <Show of={clients}>{(first) => <Listed key={clients.answers} first={first} />}</Show>
      {isAdding && (
        <NewClientDialog
          onClose={() => {
            setAdding(false)
          }}
          onDone={(registered) => {
            setAdding(false)
            if (registered.secret === undefined) goTo('clients', registered.client.id)
            else setAdded(registered)
          }}
        />
      )}
      {added?.secret !== undefined && (
        <SecretDialog
          title={`The secret of ${added.client.name}`}
          secret={added.secret}
          note={`It authenticates as ${added.client.id}.`}
          onClose={() => {
            goTo('clients', added.client.id)
          }}
        />
      )}
    </>
  )
}

type Clients = Awaited<ReturnType<typeof clientsApi.listClients>>

function Listed({ first }: { first: Clients }) {
  const [clients, more] = usePages(toPage(first), {
    noun: 'clients',
    load: async (after) => toPage(await clientsApi.listClients({ ...query, after })),
  })
  if (clients.length === 0)
    return <Empty>No clients yet. Register a service or app to let it request tokens.</Empty>
  return (
    <section class="card" aria-label="Registered clients">
      <Table
        caption="Clients"
        columns={['Name', 'Id', 'Kind', 'Scopes', 'Audiences', 'Registered', 'State']}
      >
        {clients.map((client) => (
          <ClientRow key={client.id} client={client} />
        ))}
      </Table>
      {more}
    </section>
  )
}

function toPage({ clients, next }: Clients) {
  return { rows: clients, next }
}

function ClientRow({ client }: { client: Client }) {
  const { id, name, kind, scopes, audiences, createdAt, disabled } = client
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf('clients', id)}>{name}</a>
      </th>
      <td class="code">{id}</td>
      <td>{kind}</td>
      <td>
        {scopes.map((scope) => (
          <span key={scope} class="tag">
            {scope}
          </span>
        ))}
      </td>
      <td class="wrap">{audiences.join(', ')}</td>
      <td>
        <Time at={createdAt} isShort />
      </td>
      <td>
        <span class={disabled ? 'tag tag-bad' : 'tag tag-good'}>
          {disabled ? 'disabled' : 'enabled'}
        </span>
      </td>
    </tr>
  )
}
