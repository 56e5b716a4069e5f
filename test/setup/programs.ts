import { execFile, execFileSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** What a search may see and do; tests hand in a poorer machine than theirs. */
export interface Machine {
  /** Folders to search, as in the variable PATH. */
  readonly path: string
  readonly isRoot: boolean
}

/** A server the tests need, and where it comes from. */
export interface Wanted {
  /** Names of the program, the preferred one first. */
  readonly programs: readonly string[]
  readonly debianPackage: string
  /** The variable by which a running one can be named instead. */
  readonly variable: string
  /** What the variable holds. Default: the URL of a running one. */
  readonly holding?: string
}

const thisMachine: Machine = { path: process.env['PATH'] ?? '', isRoot: process.getuid?.() === 0 }

/**
 * The absolute path of a program: the one on the PATH, else Debian's package installed by apt-get
 * when that is allowed (root, or sudo without a password).
 *
 * @throws Error saying in one line what to install or to set
 * @example await findOrInstall({ programs: ['redis-server'], debianPackage: 'redis-server', variable: 'TEST_REDIS_URL' })
 */
export async function findOrInstall(wanted: Wanted, machine = thisMachine): Promise<string> {
  const found = findProgram(wanted.programs, machine)
  if (found !== undefined) return found
  const aptGet = findProgram(['apt-get'], machine)
  const rights = rightsToInstall(machine)
  if (aptGet === undefined || rights === undefined) throw missing(wanted)
  await installPackage(wanted, rights)
  const installed = findProgram(wanted.programs, machine)
  if (installed === undefined) throw missing(wanted)
  return installed
}

function findProgram(names: readonly string[], { path }: Machine): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => isExecutable(file))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    // Not there, or not ours to run: the search goes on.
    return false
  }
}

/** The words that go before a command that installs, none for root; undefined without the right. */
function rightsToInstall(machine: Machine): readonly string[] | undefined {
  if (machine.isRoot) return []
  const sudo = findProgram(['sudo'], machine)
  if (sudo === undefined) return undefined
  try {
    execFileSync(sudo, ['-n', 'true'], { stdio: 'ignore' })
    return [sudo, '-n']
  } catch {
    // sudo would ask for a password, and nobody is there to give it.
    return undefined
  }
}

/** Under one lock: two suites may want the same package at the same time. */
async function installPackage({ debianPackage, programs }: Wanted, rights: readonly string[]) {
  const script =
    `command -v ${programs.join(' || command -v ')} || ` +
    `{ apt-get update -qq && apt-get install -y -qq --no-install-recommends ${debianPackage}; }`
  const locked = ['flock', '/tmp/jotgate-apt.lock', 'env', 'DEBIAN_FRONTEND=noninteractive']
  const [command, ...args] = [...rights, ...locked, 'sh', '-c', script]
  try {
    await promisify(execFile)(command, args)
  } catch (error) {
    throw new Error(`apt-get could not install ${debianPackage}`, { cause: error })
  }
}

function missing(wanted: Wanted): Error {
  const { programs, debianPackage, variable, holding = 'the URL of a running one' } = wanted
  return new Error(
    `The tests need ${programs.join(' or ')}: install the package ${debianPackage}, ` +
      `or set ${variable} to ${holding}.`,
  )
}
