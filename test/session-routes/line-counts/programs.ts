import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { freePort } from '../../setup/server.js'
import { compileSnippets, snippetFolder } from '../../setup/snippets.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../../../README.md')

/** The block of the README that is called so. */
export function readmeFile(name: string): string {
  const [, code = ''] = readme.split('```ts file=' + name + '\n')
  return code.slice(0, code.indexOf('```'))
}

/** The servers with the same routes, by name: that of the README, and those that lie here. */
export const servers = {
  express: readmeFile('server.ts'),
  fastify: read('fastify.ts'),
  'better-auth': read('better-auth.ts'),
  'fastify-jwt': read('fastify-jwt.ts'),
}
export type ServerName = keyof typeof servers

/** Lines of code, imports counted: neither empty ones nor those that hold a comment alone. */
export function codeLines(code: string): readonly string[] {
  return code.split('\n').filter((line) => !/^\s*(\/\/.*)?$/.test(line))
}

/** The same at each start: SQLite keeps signing keys that it seals. */
const secret = randomBytes(32).toString('base64')

/** Compiles all servers once; runs one at a time. */
export function programFolder() {
  const folder = snippetFolder(`line-counts-${String(process.pid)}`)
  let child: ChildProcess | undefined
  return {
    compile: () => compileSnippets(folder, files()),
    /** Starts a server; its origin. */
    async start(name: ServerName): Promise<string> {
      const port = String(await freePort())
      const origin = `http://127.0.0.1:${port}`
      child = spawn(process.execPath, [`${folder}${name}.js`], {
        cwd: folder,
        env: environment(port, origin),
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await untilAnswered(`${origin}/orders`, child)
      return origin
    },
    async stop() {
      if (child?.kill() === true) await once(child, 'exit')
      child = undefined
    },
    remove() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function files(): Readonly<Record<string, string>> {
  const programs = Object.entries(servers).map(([name, code]) => [`${name}.ts`, code] as const)
  return {
    ...Object.fromEntries(programs),
    'express.ts': servers.express.replace('3000', "Number(process.env['PORT'])"),
    'users.ts': readmeFile('users.ts'),
    'better-auth-users.ts': read('better-auth-users.ts'),
  }
}

function environment(port: string, origin: string): NodeJS.ProcessEnv {
  return {
    ...{ PATH: process.env['PATH'], PORT: port, NODE_ENV: 'production' },
    AUTH_SECRET: secret,
    BETTER_AUTH_SECRET: secret,
    BETTER_AUTH_URL: origin,
    BETTER_AUTH_TELEMETRY: '0',
  }
}

async function untilAnswered(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    try {
      await fetch(url)
      return
    } catch (error) {
      if (child.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
