/** Refreshes once, says when it has come to a point of the rotation, and waits there to be killed. */
import type { SessionStore } from '../../../src/session/index.js'
import { sessionsOver } from './sessions.js'
import { openSqlite, sqliteStores } from '../../../src/stores/sql/sqlite.js'

/** Where a process can be when it is killed. */
export type Point =
  | 'before the store is asked'
  | 'between reading and rotating'
  | 'with the rotation on its way'
  | 'after the store has rotated'
  | 'in the middle of the answer'

/** What a refresher is told. */
export interface Order {
  readonly token: string
  readonly point: Point
}

const [place = '', secret = ''] = process.argv.slice(2)
// Other stores' clients take longer to load than all else takes: only who needs them loads them.
const [, file] = /^sqlite:(.*)$/.exec(place) ?? []
const { sessions } =
  file === undefined
    ? await (await import('./open-stores.js')).openStores(place)
    : sqliteStores(await openSqlite(file, { busyTimeoutMs: 10_000 }))
// The connection is open before the order comes.
await sessions.find('nobody')

/** Says so, and goes no further. */
function stop(): Promise<never> {
  process.send?.('here')
  return new Promise(() => undefined)
}

function stopping(point: Point): SessionStore {
  return {
    ...sessions,
    find: async (id) => {
      if (point === 'before the store is asked') await stop()
      return sessions.find(id)
    },
    rotate: async (request) => {
      if (point === 'between reading and rotating') await stop()
      const rotating = sessions.rotate(request)
      if (point === 'with the rotation on its way') {
        rotating.catch(() => undefined)
        await new Promise((resolve) => setImmediate(resolve))
        await stop()
      }
      const rotated = await rotating
      if (point === 'after the store has rotated') await stop()
      return rotated
    },
  }
}

process.on('message', ({ token, point }: Order) => {
  void sessionsOver(stopping(point), secret)
    .refresh(token, { client: 'web' })
    .then(({ refreshToken }) => {
      // Half of an answer is no answer: the other half never comes.
      process.stdout.write(refreshToken.slice(0, refreshToken.length / 2))
      return stop()
    })
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
