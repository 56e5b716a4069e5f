import { type Client } from '../api/clients/generated/types.js'
import { goTo } from '../route.js'
import { clientsApi } from '../session/session.js'
import { type Question } from '../ui/confirm.js'
import { announce } from '../ui/notice.js'

/** Asks whether a client is to be disabled or enabled. */
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

/** Asks whether the secret before the present one is to end. */
export function endingOldSecret(client: Client, replace: (client: Client) => void): Question {
  const { id, name } = client
  return {
    title: `End the old secret of ${name}?`,
    text: <p>Whoever still uses it is refused from now on. The present one stays good.</p>,
    verb: 'End it',
    work: async () => {
      replace(await clientsApi.endOldSecret({ id }))
      announce(`The old secret of ${name} is good no more.`)
    },
  }
}

/** Asks whether a client is to be removed for good. */
export function removingClient({ id, name }: Client): Question {
  return {
    title: `Remove ${name}?`,
    text: (
      <p>
        It is gone, its tokens are refused, and what it began can not be refreshed. Another one has
        another id and another secret. This can not be undone.
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
