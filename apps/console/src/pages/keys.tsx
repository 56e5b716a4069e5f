import { type Keys, type RingKey } from '../api/admin/generated/types.js'
import { May } from '../session/may.js'
import { api, may } from '../session/session.js'
import { announce } from '../ui/notice.js'
import { Empty, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { useLoaded } from '../ui/use-loaded.js'
import { useQuestion } from '../ui/use-question.js'
import { type Question } from '../ui/confirm.js'
import { KeyTimeline } from './key-timeline.js'

/** The key ring: current, next and former keys; rotation, and the removal of a compromised key. */
export function KeysPage() {
  const keys = useLoaded((signal) => api.getKeys({ signal }), { everyMs: 5000 })
  const [ask, dialog] = useQuestion()
  const rotate = () => {
    ask(rotation(keys.replace))
  }
  return (
    <>
      <div class="title">
        <h1>Keys</h1>
        {keys.data?.ring && may('ChangeKeys') && (
          <button type="button" onClick={rotate}>
            Rotate now
          </button>
        )}
      </div>
      <Show of={keys}>
        {(data) =>
          data.ring ? (
            <Ring
              data={data}
              remove={(key) => {
                ask(removal(key, keys.replace))
              }}
            />
          ) : (
            <Empty>
              Tokens are signed with a shared secret, which is in the configuration. There are no
              keys to show; replace the secret there.
            </Empty>
          )
        }
      </Show>
      {dialog}
    </>
  )
}

function Ring({ data, remove }: { data: Keys; remove: (key: RingKey) => void }) {
  return (
    <>
      {data.problem !== undefined && (
        <div class="failure" role="alert">
          <p>
            <strong>The ring has a problem:</strong> {data.problem}
          </p>
        </div>
      )}
      <section class="card" aria-label="Timeline">
        <KeyTimeline data={data} />
      </section>
      <section class="card" aria-label="All keys">
        <Table
          caption="Keys of the ring"
          columns={[
            'Key id',
            'State',
            'Algorithm',
            'Made',
            'Signs from',
            'Signs until',
            'Goes',
            '',
          ]}
        >
          {data.keys.map((key) => (
            <KeyRow key={key.kid} ringKey={key} now={data.now} remove={remove} />
          ))}
        </Table>
        <p class="hint">
          The published half of each key is at{' '}
          <a href="/.well-known/jwks.json">/.well-known/jwks.json</a>.
        </p>
      </section>
    </>
  )
}

function KeyRow(props: { ringKey: RingKey; now: number; remove: (key: RingKey) => void }) {
  const { ringKey: key, now, remove } = props
  return (
    <tr>
      <th scope="row" class="code">
        {key.kid}
      </th>
      <td>
        <span class={`tag tag-${key.state}`}>{key.state}</span>
      </td>
      <td>{key.alg}</td>
      <When at={key.createdAt} now={now} />
      <When at={key.activeFrom} now={now} />
      <When at={key.activeUntil} now={now} />
      <When at={key.removedAt} now={now} />
      <td class="actions">
        <May to="ChangeKeys">
          <button
            type="button"
            class="danger small"
            aria-label={`Remove key ${key.kid}`}
            onClick={() => {
              remove(key)
            }}
          >
            Remove …
          </button>
        </May>
      </td>
    </tr>
  )
}

function When({ at, now }: { at: number | undefined; now: number }) {
  return (
    <td>
      {at === undefined ? (
        <span class="muted nowrap">not decided</span>
      ) : (
        <Time at={at} now={now} isShort />
      )}
    </td>
  )
}

function rotation(replace: (data: Keys) => void): Question {
  return {
    title: 'Rotate the keys?',
    text: (
      <p>
        The next key signs as soon as every verifier can have heard of it. Tokens signed with the
        present one stay good until they expire.
      </p>
    ),
    verb: 'Rotate',
    work: async () => {
      replace(await api.rotateKeys())
      announce('The next key takes over as soon as it has been published for long enough.')
    },
  }
}

function removal({ kid, state }: RingKey, replace: (data: Keys) => void): Question {
  return {
    title: 'Remove a compromised key?',
    text: (
      <>
        <p>
          This service refuses everything signed with <code>{kid}</code> from now on.{' '}
          {state === 'active' && 'It is the signing key: all users have to refresh at once. '}
          This cannot be undone.
        </p>
        <p>
          Other services refuse it when they next fetch the key set. Do not use this for a normal
          rotation.
        </p>
      </>
    ),
    verb: 'Remove the key',
    word: 'remove',
    work: async () => {
      replace(await api.revokeKey({ kid }))
      announce(`The key ${kid} has been removed.`)
    },
  }
}
