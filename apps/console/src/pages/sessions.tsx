import { useState } from 'preact/hooks'
import { type Session, type Sessions } from '../api/admin/generated/types.js'
import { hrefOf } from '../route.js'
import { May } from '../session/may.js'
import { api, endOwnOthers } from '../session/session.js'
import { type Question } from '../ui/confirm.js'
import { announce } from '../ui/notice.js'
import { Search } from '../ui/search.js'
import { Empty, Show } from '../ui/states.js'
import { Table } from '../ui/table.js'
import { Time } from '../ui/time.js'
import { useLoaded } from '../ui/use-loaded.js'
import { usePages } from '../ui/use-pages.js'
import { useQuestion } from '../ui/use-question.js'
import { endingAll } from './ending-all.js'

const pageSize = 50

/** Sessions by user or id: see them, end one or all of a user. */
export function SessionsPage({ rest }: { rest: string }) {
  const [search, setSearch] = useState(rest)
  const query = { limit: pageSize, ...(search === '' ? {} : { search }) }
  const sessions = useLoaded((signal) => api.searchSessions(query, { signal }), { key: search })
  const [ask, dialog] = useQuestion()
  const actions: Actions = {
    endOne: (session) => {
      ask(endingOne(session, sessions.reload))
    },
    endAll: (session) => {
      ask(endingAll({ id: session.userId, username: session.username }, sessions.reload))
    },
  }
  return (
    <>
      <div class="title">
        <h1>Sessions</h1>
        <div class="buttons">
          <button
            type="button"
            class="danger"
            onClick={() => {
              ask(endingOwnOthers(sessions.reload))
            }}
          >
            End my other sessions …
          </button>
          <button type="button" onClick={sessions.reload}>
            Reload
          </button>
        </div>
      </div>
      <Search
        label="Username or session id"
        initial={rest}
        hint="Part of a username, a name or an e-mail address, or a whole session id (the claim sid)."
        onSearch={setSearch}
      />
      <Show of={sessions}>
        {(first) => (
          <SessionTable key={sessions.answers} first={first} query={query} actions={actions} />
        )}
      </Show>
      {dialog}
    </>
  )
}

interface Actions {
  readonly endOne: (session: Session) => void
  readonly endAll: (session: Session) => void
}

interface Query {
  readonly limit: number
  readonly search?: string
}

function SessionTable(props: { first: Sessions; query: Query; actions: Actions }) {
  const { first, query, actions } = props
  const { search = '' } = query
  const [rows, more] = usePages(toPage(first), {
    noun: 'sessions',
    load: async (after) => toPage(await api.searchSessions({ ...query, after })),
  })
  if (rows.length === 0) {
    return (
      <Empty>
        {search === '' ? 'No user is logged in.' : `No active session matches “${search}”.`}
      </Empty>
    )
  }
  return (
    <section class="card" aria-label="Sessions found">
      <Table
        caption="Sessions"
        columns={['User', 'Session id', 'Client', 'Agent', 'Started', 'Last used', 'Ends', '']}
      >
        {rows.map((session) => (
          <SessionRow key={session.id} session={session} actions={actions} />
        ))}
      </Table>
      {more}
      {first.more && <p class="hint">More users match: search for a longer part of the name.</p>}
    </section>
  )
}

function toPage({ sessions, next }: Sessions) {
  return { rows: sessions, next }
}

function SessionRow({ session, actions }: { session: Session; actions: Actions }) {
  const { id, userId, username, client, scope, userAgent, current } = session
  return (
    <tr>
      <th scope="row" class="nowrap">
        <a href={hrefOf('users', userId)}>{username}</a>{' '}
        {current && <span class="tag tag-good">this one</span>}
      </th>
      <td class="code">{id}</td>
      <td class="nowrap" title={scope === '' ? undefined : `Scope: ${scope}`}>
        {client}
      </td>
      <td class="wrap muted">{userAgent === '' ? 'unknown' : agentName(userAgent)}</td>
      <td>
        <Time at={session.createdAt} isShort />
      </td>
      <td title="Accurate to the hour">
        <Time at={session.lastUsedAt} isShort />
      </td>
      <td>
        <Time at={session.expiresAt} isShort />
      </td>
      <td class="actions">
        <May to="EndSessions">
          {' '}
          <button
            type="button"
            class="danger small"
            aria-label={`End session ${id} of ${username}`}
            onClick={() => {
              actions.endOne(session)
            }}
          >
            End …
          </button>
          <button
            type="button"
            class="danger small"
            aria-label={`End all sessions of ${username}`}
            onClick={() => {
              actions.endAll(session)
            }}
          >
            End all …
          </button>
        </May>{' '}
      </td>
    </tr>
  )
}

const agents = [
  [/Edg\/(\d+)/, 'Edge'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/(?:Headless)?Chrom(?:e|ium)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+).* Safari\//, 'Safari'],
] as const

/** A browser's name and version; other agents as they call themselves. */
function agentName(userAgent: string): string {
  for (const [pattern, name] of agents) {
    const version = pattern.exec(userAgent)?.[1]
    if (version !== undefined) return `${name} ${version}`
  }
  return userAgent
}

function endingOne({ id, username, current }: Session, done: () => void): Question {
  return {
    title: `End a session of ${username}?`,
    text: (
      <>
        {current && (
          <p>
            <strong>It is the one you are using: you will be logged out.</strong>
          </p>
        )}
        <p>
          The session <code>{id}</code> ends; its tokens stop working.
        </p>
      </>
    ),
    verb: 'End the session',
    work: async () => {
      await api.endOneSession({ id })
      announce(`A session of ${username} has ended.`)
      done()
    },
  }
}

function endingOwnOthers(done: () => void): Question {
  return {
    title: 'End your other sessions?',
    text: <p>You are logged out everywhere but here. Their tokens stop working.</p>,
    verb: 'End the others',
    work: async () => {
      const ended = await endOwnOthers()
      announce(`${String(ended)} of your other sessions ended.`)
      done()
    },
  }
}
