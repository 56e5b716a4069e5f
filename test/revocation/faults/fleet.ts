import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as sendRequest } from 'node:http'
import { join } from 'node:path'
import type { RevocationStatus } from '../../../src/revocation/index.js'
import type { ServiceMessage, ServiceOptions } from '../../stores/children/guarded-service.js'
import { until } from '../../setup/server.js'
import { watchStalls } from '../../stores/children/watch-stalls.js'
import { clockMs, type Note } from './history.js'

/** One service process under test. */
export interface Node {
  readonly name: string
  /** Sends a request; the answer has status 0 if there was none within ten seconds. */
  ask(path: string, options?: AskOptions): Promise<Answer>
  status(): Promise<RevocationStatus | undefined>
  stop(): Promise<void>
}

interface AskOptions {
  readonly token?: string
  readonly body?: object
}

/** What a process answered. */
export interface Answer {
  readonly status: number
  readonly retryAfter: boolean
  readonly body: string
}

/** Several service processes over one store. */
export interface Fleet {
  readonly nodes: readonly Node[]
  readonly notes: readonly Note[]
  /** Starts one more; resolves when it listens. */
  add(address: string): Promise<Node>
  /** Waits until every process is ready; false after `ms`. */
  allReady(ms: number): Promise<boolean>
  /** Waits until every process has had a successful heartbeat that started after this call; false after `ms`. */
  allHeard(ms: number): Promise<boolean>
  stop(): Promise<void>
}

/** Starts processes over one store; they are named n1, n2, … */
export function createFleet(folder: string, options: Omit<ServiceOptions, 'place'>): Fleet {
  const nodes: Node[] = []
  const notes: Note[] = []
  let count = 0
  const endWatch = watchStalls((ms) =>
    notes.push({ node: 'test', what: 'stalled', at: clockMs(), wall: wallSeconds(), ms }),
  )
  return {
    nodes,
    notes,
    add: async (address) => {
      const name = `n${String(++count)}`
      const noteOf = (note: Omit<Note, 'node'>): unknown => notes.push({ node: name, ...note })
      const node = await startNode({
        name,
        folder,
        options: { ...options, place: address },
        note: noteOf,
      })
      nodes.push(node)
      return node
    },
    allReady: (ms) =>
      until(ms, async () => {
        const statuses = await Promise.all(nodes.map((node) => node.status()))
        return statuses.every((status) => status?.ready === true)
      }),
    allHeard: (ms) => {
      const since = clockMs()
      return until(ms, async () => {
        const asked = clockMs()
        const statuses = await Promise.all(nodes.map((node) => node.status()))
        return statuses.every((status) => (status?.staleness ?? Infinity) * 1000 < asked - since)
      })
    },
    stop: async () => {
      endWatch()
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}

interface NodeParts {
  readonly name: string
  readonly folder: string
  readonly options: ServiceOptions
  readonly note: (note: Omit<Note, 'node'>) => unknown
}

async function startNode({ name, folder, options, note }: NodeParts): Promise<Node> {
  const program = join(folder, 'guarded-service.js')
  const tell = (what: Note['what']) => note({ what, at: clockMs(), wall: wallSeconds() })
  tell('started')
  const child = fork(program, [JSON.stringify(options)])
  const gone = once(child, 'exit')
  let stopping = false
  void gone.then(() => {
    if (!stopping) tell('exited')
  })
  const port = await listen(child, note)
  const agent = new Agent({ keepAlive: true, maxSockets: 128 })
  const ask: Node['ask'] = (path, asked = {}) => send({ port, agent, path, ...asked })
  return {
    name,
    ask,
    status: async () => {
      const { status, body } = await ask('/status')
      return status === 200 ? (JSON.parse(body) as RevocationStatus) : undefined // as the program writes it
    },
    stop: async () => {
      stopping = true
      child.kill('SIGKILL')
      await gone
      agent.destroy()
    },
  }
}

/** The port that the process reports. Its other messages are recorded as notes. */
function listen(child: ChildProcess, note: NodeParts['note']): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: ServiceMessage) => {
      if ('port' in message) resolve(message.port)
      // The program sends no other messages.
      else note(message as Omit<Note, 'node'>)
    })
    child.once('exit', () => {
      reject(new Error('a service ended before it listened'))
    })
  })
}

interface Asked extends AskOptions {
  readonly port: number
  readonly agent: Agent
  readonly path: string
}

const noAnswer: Answer = { status: 0, retryAfter: false, body: '' }

function send({ port, agent, path, token, body }: Asked): Promise<Answer> {
  return new Promise((resolve) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const method = body === undefined ? 'GET' : 'POST'
    const options = { port, agent, path, method, headers, host: '127.0.0.1', timeout: 10_000 }
    const request = sendRequest(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => {
        const retryAfter = response.headers['retry-after'] !== undefined
        resolve({ status: response.statusCode ?? 0, retryAfter, body: text })
      })
      response.on('error', () => {
        resolve(noAnswer)
      })
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => {
      resolve(noAnswer)
    })
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function wallSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
