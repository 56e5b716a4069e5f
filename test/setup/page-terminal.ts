import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { type Step } from './page-steps.js'
import { until } from './server.js'

/** A command that was given: what the page shows of its answer, nothing where it shows none, and what came. */
export interface Given {
  readonly command: string
  readonly shown: string
  readonly said: string
}

/** Where a page's steps are taken. */
export interface Place {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** A free port for each that the page names: it stands in for it, and is the page's own again in what is said. */
  readonly ports: ReadonlyMap<string, string>
  /** What else a command becomes before it is given. Default: it stays as it is. */
  readonly rewrite?: (command: string) => string
}

/**
 * Takes the steps of a page in order, and ends all that they started. A command whose answer is shown may refuse, since
 * the answer says so; any other must end with 0.
 *
 * @throws Error when a command fails, or a server does not listen
 */
export async function takeSteps(steps: readonly Step[], place: Place): Promise<readonly Given[]> {
  const { folder, ports, rewrite = (text: string) => text } = place
  const here = (text: string) => withPorts(text, [...ports])
  const onPage = (text: string) =>
    withPorts(
      text,
      [...ports].map(([page, free]) => [free, page]),
    )
  const terminal = openTerminal(['-u'], place)
  const servers = new Map<string, Terminal>()
  const given: Given[] = []
  try {
    for (const step of steps) {
      if (step.kind === 'file') writeInto(folder, step.name, here(step.code))
      else if (step.kind === 'server') {
        const server = openTerminal(['-c', rewrite(here(step.command))], place)
        servers.set(step.port, server)
        await untilListening(server, Number(here(step.port)))
      } else if (step.kind === 'log') {
        const { port, shown } = step
        const said = await untilSaid(servers.get(port), shown)
        given.push({ command: `the terminal of ${port}`, shown, said: onPage(said) })
      } else {
        const { command, shown } = step
        const said = await give(terminal, rewrite(here(command)), { mayRefuse: shown !== '' })
        given.push({ command, shown, said: onPage(said) })
      }
    }
    return given
  } finally {
    for (const each of [terminal, ...servers.values()]) await each.close()
  }
}

interface Terminal {
  /** All that came so far, both streams together. */
  readonly output: () => string
  readonly type: (text: string) => boolean
  readonly isOpen: () => boolean
  /** Ends the shell and whatever it started. */
  readonly close: () => Promise<void>
}

/** A shell that leads a process group of its own: `npx` has children, and does not hand on every signal. */
function openTerminal(args: readonly string[], { folder, env }: Place): Terminal {
  const child = spawn('sh', args, { cwd: folder, env, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal)
    } catch {
      // ESRCH: all of them have ended, which is what was wanted.
    }
  }
  const atExit = () => {
    kill('SIGKILL')
  }
  process.once('exit', atExit)
  let isClosed = false // once nobody holds its streams any more
  const closed = once(child, 'close').then(() => (isClosed = true))
  return {
    output: () => output,
    type: (text) => child.stdin.write(text),
    isOpen: () => child.exitCode === null && child.signalCode === null,
    close: async () => {
      process.removeListener('exit', atExit)
      kill('SIGTERM')
      if (!(await until(10_000, () => Promise.resolve(isClosed)))) kill('SIGKILL')
      await closed
    },
  }
}

const mark = '--- that is all ---'

/** Gives a command to the shell, without the shell's own input, and waits for what comes of it. */
async function give(
  { output, type, isOpen }: Terminal,
  command: string,
  { mayRefuse }: { mayRefuse: boolean },
): Promise<string> {
  const start = output().length
  const own = () => output().slice(start)
  type(`set ${mayRefuse ? '+' : '-'}e\n{ ${command}\n} </dev/null 2>&1\necho '${mark}'\n`)
  await until(120_000, () => Promise.resolve(!isOpen() || own().endsWith(`${mark}\n`)))
  const [said = '', ended] = own().split(mark)
  if (ended === undefined) throw new Error(`${command}has failed: ${said}`)
  return said
}

async function untilListening({ output, isOpen }: Terminal, port: number): Promise<void> {
  const isUp = await until(60_000, async () => !isOpen() || (await listens(port)))
  if (!isUp || !isOpen()) throw new Error(`nobody listens on ${String(port)}: ${output()}`)
}

/** What a server has printed, as soon as it is as many lines as are shown. */
async function untilSaid(server: Terminal | undefined, shown: string): Promise<string> {
  const said = () => server?.output() ?? ''
  const lines = (text: string) => text.trimEnd().split('\n').length
  await until(5_000, () => Promise.resolve(lines(said()) >= lines(shown)))
  return said()
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // Refused: not yet.
    return false
  } finally {
    socket.destroy()
  }
}

function withPorts(text: string, ports: readonly (readonly [string, string])[]): string {
  return ports.reduce(
    (found, [from, to]) => found.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to),
    text,
  )
}

function writeInto(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}
