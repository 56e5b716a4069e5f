import { type Client } from '../api/clients/generated/types.js'
import { goTo } from '../route.js'
import { clientsApi } from '../session/session.js'
import { type Question } from '../ui/confirm.js'
import { announce } from '../ui/notice.js'

/** Asks before disabling or enabling a client. */
export function switchingClient(client: Client, replace: (client: Client) => void): Question {
  const { id, name, disabled } = client
  const text = disabled
    ? `${name} gets tokens again.`
    : `${name} gets no tokens any more, and those it has are refused.`
  return {
    title: disabled ? `Enable ${name}?` : `Disable ${name}?`,
    text: <p>{text}</p>,
    verb: disabled ? 'Enable' : 'Disable',
    work: async () => {
      replace(await clientsApi.changeClient({ id, disabled: !disabled }))
      announce(`${name} has been ${disabled ? 'enabled' : 'disabled'}.`)
    },
  }
}

/** Asks before ending the previous secret. */
export function endingOldSecret(client: Client, replace: (client: Client) => void): Question {
  const { id, name } = client
  return {
    title: `End the old secret of ${name}?`,
    text: (
      <p>Programs that still use it are refused from now on. The current secret stays valid.</p>
    ),
    verb: 'End it',
    work: async () => {
      replace(await clientsApi.endOldSecret({ id }))
      announce(`The old secret of ${name} is no longer valid.`)
    },
  }
}

/** Asks before removing a client. */
export function removingClient({ id, name }: Client): Question {
  return {
    title: `Remove ${name}?`,
    text: (
      <p>
        Its tokens are refused, and its sessions cannot be refreshed. A new client will have another
        id and another secret. This cannot be undone.
      </p>
    ),
    verb: 'Remove the client',
    word: 'remove',
    work: async () => {
      await clientsApi.removeClient({ id })
      goTo('clients')
    },
  }
}
