import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import ts from 'typescript'
import { readPage } from '../../tools/docs/page.mjs'
import { freePort, startServer, until } from '../setup/server.js'
import { snippetFolder } from '../setup/snippets.js'
import { ask } from './requests.js'

/** One page of `docs/moving`, its programs written to where they can be started. */
export interface MovingPage {
  /** A table's rows below a heading, its head first; cells as they stand. */
  readonly table: (heading: string) => readonly (readonly string[])[]
  /** Starts a program of the page on a free port, and waits for its first answer. */
  readonly start: (file: string, env?: Readonly<Record<string, string>>) => Promise<Program>
  readonly secret: string
  /** Where its files are, with a slash at the end. */
  readonly folder: string
  /** Ends what was started, and removes the files. */
  readonly close: () => Promise<void>
}

/** A program that runs. */
export interface Program {
  readonly origin: string
}

/**
 * Reads a page and writes down the files that it names: programs with their types cut off, which the check `docs`
 * compiles, anything else as it stands.
 */
export function openPage(name: string): MovingPage {
  const path = `docs/moving/${name}.md`
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  // Each test has its own: the files go when it ends.
  const folder = `${snippetFolder('moving')}${name}-${randomBytes(4).toString('hex')}/`
  for (const [file, code] of filesOf(path, text)) {
    mkdirSync(dirname(folder + file), { recursive: true })
    writeFileSync(folder + file, code)
  }
  const secret = randomBytes(48).toString('base64url')
  const running: { stop: () => Promise<void> }[] = []
  return {
    secret,
    folder,
    table: (heading) => tableBelow(text, heading),
    start: async (file, env = {}) => {
      const port = await freePort()
      const own = { PATH: process.env['PATH'], PORT: String(port), JWT_SECRET: secret }
      const options = { env: { ...own, REFRESH_TABLE: `${folder}refresh.json`, ...env } }
      const stdio = ['ignore', 'ignore', 'inherit'] as const
      const script = folder + file.replace('.ts', '.js')
      const server = startServer(process.execPath, [script], { ...options, stdio: [...stdio] })
      running.push(server)
      const origin = `http://127.0.0.1:${String(port)}`
      const isUp = await until(60_000, () => answers(origin, server.child))
      if (!isUp) throw new Error(`${file} of ${path} does not answer`)
      return { origin }
    },
    close: async () => {
      await Promise.all(running.map(({ stop }) => stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether it answers; one that has ended never will. */
async function answers(origin: string, { exitCode }: { exitCode: number | null }) {
  if (exitCode !== null) throw new Error(`the program ended with ${String(exitCode)}`)
  return ask(origin, []).then(
    () => true,
    () => false,
  )
}

function filesOf(path: string, text: string): readonly (readonly [string, string])[] {
  return readPage(path, text).blocks.flatMap(({ info, code }) => {
    const file = info.find((word) => word.startsWith('file='))?.slice('file='.length)
    // What a block only declares is made by somebody else.
    if (file === undefined || file.endsWith('.d.ts')) return []
    if (!file.endsWith('.ts')) return [[file, code] as const]
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        experimentalDecorators: true,
        verbatimModuleSyntax: true,
      },
    })
    return [[file.replace('.ts', '.js'), outputText] as const]
  })
}

function tableBelow(text: string, heading: string): readonly (readonly string[])[] {
  const [, section = ''] = text.split(new RegExp(`\n##+ ${heading}\n`))
  const [own = ''] = section.split(/\n##+ /)
  const lines = own.split('\n').filter((line) => line.startsWith('|') && !/^\|[ |-]+\|$/.test(line))
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}
