import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const service = (path: string) => `service s {\n\t@jwt Auth\n\t@handler Get\n\tget ${path}\n}\n`
let folder = ''
let child: ChildProcess | undefined

beforeEach(() => {
  if (!existsSync(main)) throw new Error('is not built; run npm run build')
  folder = mkdtempSync(join(tmpdir(), 'jotgate-api-'))
  writeFileSync(join(folder, 'user.api'), service('/a'))
})

afterEach(() => {
  child?.kill('SIGKILL')
  child = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the binary and gives what it prints line by line, the standard error after a `!`. */
function start(argv: readonly string[]) {
  const started = spawn(process.execPath, [main, 'api', ...argv], { cwd: folder })
  child = started
  const lines: string[] = []
  let wake: () => void = () => undefined
  const take = (mark: string) => (line: string) => {
    lines.push(mark + line)
    wake()
  }
  createInterface(started.stdout).on('line', take(''))
  createInterface(started.stderr).on('line', take('!'))
  const next = async (): Promise<string> => {
    while (lines.length === 0) await new Promise<void>((done) => (wake = done))
    return lines.shift() ?? ''
  }
  return { child: started, next, left: lines }
}

describe('the jotgate binary on .api files', () => {
  test('jotgate api parse reads imports beside the file and not beside the caller', () => {
    writeFileSync(join(folder, 'base.api'), service('/base'))
    writeFileSync(join(folder, 'user.api'), 'import "base.api"\n')
    const argv = [main, 'api', 'parse', '--json', join(folder, 'user.api')]
    const spec: unknown = JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8' }))
    expect(spec).toMatchObject({ service: 's', groups: [{ routes: [{ path: '/base' }] }] })
  })

  test('jotgate api format --write keeps the permissions of a file, and leaves nothing beside it', () => {
    const file = join(folder, 'user.api')
    writeFileSync(file, 'type A{X int}')
    chmodSync(file, 0o640)
    const said = execFileSync(process.execPath, [main, 'api', 'format', '--write', file])
    expect(said.toString()).toBe('rewritten\n')
    expect(readFileSync(file, 'utf8')).toBe('type A {\n\tX int\n}\n')
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder)).toEqual(['user.api'])
  })

  test('jotgate api watches: one line for each change, errors and their mending included, until SIGINT', async () => {
    const {
      child: watching,
      next,
      left,
    } = start(['generate', '--out', 'out', '--watch', 'user.api'])
    // As most editors do, and so that no half of a text is ever there.
    const save = (text: string) => {
      writeFileSync(join(folder, 'user.api~'), text)
      renameSync(join(folder, 'user.api~'), join(folder, 'user.api'))
    }
    expect(await next()).toBe('10 written, 0 kept, 0 unchanged')
    save(service('/b'))
    expect(await next()).toMatch(/^[1-9] written, 3 kept, \d unchanged$/)
    expect(readFileSync(join(folder, 'out/generated/routes.ts'), 'utf8')).toContain('/b')
    save(service('/c').replace('@jwt', '@jtw'))
    const problem = [await next(), await next(), await next(), await next()].sort()
    expect(problem).toEqual([
      expect.stringMatching(/^! {2}/),
      expect.stringMatching(/^! {2}/),
      expect.stringMatching(/^!user\.api:2:2: error: /),
      'nothing written',
    ])
    save(`import "base.api"\n${service('/c')}`)
    writeFileSync(join(folder, 'base.api'), 'type Base {\n}\n')
    let line = await next()
    // Between the two saves the import may have been missing.
    while (!line.includes(' kept')) line = await next()
    writeFileSync(join(folder, 'base.api'), 'type Other {\n}\n')
    expect(await next()).toMatch(/^[1-9] written, 3 kept/)
    expect(readFileSync(join(folder, 'out/generated/types.ts'), 'utf8')).toContain('Other')
    watching.kill('SIGINT')
    expect(await once(watching, 'exit')).toEqual([0, null])
    expect(left).toEqual([])
  })

  test('jotgate api with --json watches as one document a line, and does not begin with a missing file', async () => {
    const argv = ['generate', '--out', 'out', '--client', '--watch', '--json']
    const good = start([...argv, 'user.api'])
    expect(JSON.parse(await good.next())).toMatchObject({ ok: true, kept: [] })
    good.child.kill('SIGTERM')
    expect(await once(good.child, 'exit')).toEqual([0, null])
    const missing = start([...argv, 'missing.api'])
    expect(await once(missing.child, 'close')).toEqual([2, null])
    expect(missing.left).toContain('!jotgate: FILE: no such file')
  })
})
