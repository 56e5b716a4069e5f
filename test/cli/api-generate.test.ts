import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { untilChanged } from '../../src/cli/until-changed.js'
import { writeBelow } from '../../src/cli/write-below.js'
import { jotgate } from './terminal.js'

const api = `service user-api {
	@jwt Auth
	@handler Profile
	get /profile
}
`

let folder = ''
const at = (path: string) => join(folder, path)
const generate = (...argv: readonly string[]) =>
  jotgate(['api', 'generate', '--out', at('out'), ...argv, at('user.api')])

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jotgate-api-'))
  await writeFile(at('user.api'), api)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('jotgate api generate', () => {
  test('jotgate api generate writes a Fastify server and a client, and says so', async () => {
    const { exitCode, stdout, stderr } = await generate()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^written {2}generated\/types\.ts$/m)
    expect(stdout).toMatch(/\n10 written, 0 kept, 0 unchanged\n$/)
    expect(readdirSync(at('out'), { recursive: true })).toEqual(
      expect.arrayContaining([
        ...['generated/routes.ts', 'generated/client.ts', 'main.ts'],
        'handlers.ts',
      ]),
    )
  })

  test('jotgate api generate keeps files that the user owns, and does not touch unchanged ones', async () => {
    await generate()
    writeFileSync(at('out/handlers.ts'), '// mine\n')
    writeFileSync(at('out/generated/client.ts'), '// not mine\n')
    const { mtimeMs, ino } = lstatSync(at('out/generated/types.ts'))
    const { stdout } = await generate()
    expect(stdout).toMatch(/^written {2}generated\/client\.ts\n/)
    expect(stdout).toMatch(/^kept {5}handlers\.ts$/m)
    expect(stdout).toMatch(/\n1 written, 3 kept, 6 unchanged\n$/)
    expect(readFileSync(at('out/handlers.ts'), 'utf8')).toBe('// mine\n')
    expect(readFileSync(at('out/generated/client.ts'), 'utf8')).toContain('createClient')
    expect(lstatSync(at('out/generated/types.ts'))).toMatchObject({ mtimeMs, ino })
  })

  test('jotgate api generate writes what is asked for and nothing else', async () => {
    const { stdout } = await generate('--client', '--json')
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      written: ['types', 'client'].map((name) => `generated/${name}.ts`),
      kept: [],
      unchanged: [],
    })
    const both = await generate('--server', 'fetch', '--server', 'fastify')
    expect(both.stdout).toContain('written  generated/routes.ts')
    expect(both.stdout).toContain('written  main.ts')
    expect(both.stdout).not.toContain('client.ts')
  })

  test('jotgate api generate leaves gates to the program that has its own', async () => {
    const { stdout } = await generate('--gates', 'own')
    expect(stdout).toContain('written  generated/guards.ts')
    for (const file of ['auth.ts', 'config.ts', 'main.ts']) expect(stdout).not.toContain(file)
  })

  test.each([
    ['a server nobody makes', ['--server', 'fastifi'], /--server: did you mean fastify\?/],
    ['goctl mode', ['--mode', 'goctl'], /--mode: goctl lets pass what would leave routes open/],
    ['gates from nowhere', ['--gates', 'mine'], /--gates: is config or own/],
    ['numbers of no kind', ['--int64', 'text'], /--int64: is number, bigint or string/],
    ['a flag spelt wrong', ['--clinet'], /--clinet: is not an option; did you mean --client\?/],
  ])('jotgate api generate refuses %s and writes nothing', async (_, argv, line) => {
    const { exitCode, stderr } = await generate(...argv)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(line)
    expect(existsSync(at('out'))).toBe(false)
  })

  test('jotgate api generate asks for --out, and does not watch the standard input', async () => {
    expect((await jotgate(['api', 'generate', 'x.api'])).stderr).toMatch(/--out: is required/)
    const argv = ['api', 'generate', '--out', at('out'), '--watch', '-']
    expect((await jotgate(argv)).stderr).toMatch(/--watch: the standard input is not a file/)
  })

  test('jotgate api generate writes nothing of a file with errors, or of one that cannot be served', async () => {
    for (const text of [api.replace('@jwt', '@jtw'), `@server (\n\tsignature: true\n)\n${api}`]) {
      await writeFile(at('user.api'), text)
      const { exitCode, stdout, stderr } = await generate()
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr).toContain('error: ')
      expect(existsSync(at('out'))).toBe(false)
    }
  })

  test('jotgate api generate reads no file of more than 16 MiB, and says when --out is a file', async () => {
    const { exitCode, stderr } = await jotgate([
      'api',
      'generate',
      '--out',
      at('user.api'),
      at('user.api'),
    ])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'jotgate: --out: cannot be written to\n',
    })
    await truncate(at('user.api'), 2 ** 24 + 1)
    expect((await generate()).stderr).toBe('jotgate: FILE: is longer than 16 MiB\n')
    await writeFile(at('main.api'), `import "user.api"\n${api}`)
    const imported = await jotgate(['api', 'check', at('main.api')])
    expect(imported.stderr).toBe('jotgate: FILE: an imported file is longer than 16 MiB\n')
  })

  test('jotgate api generate follows no link out of the folder, and writes nothing at all then', async () => {
    await mkdir(at('elsewhere'))
    await mkdir(at('out'))
    await symlink(at('elsewhere'), at('out/generated'))
    const { exitCode, stderr } = await generate()
    expect(exitCode).toBe(2)
    expect(stderr).toBe('jotgate: --out: generated leads out of the folder\n')
    expect(readdirSync(at('elsewhere'))).toEqual([])
    expect(readdirSync(at('out'))).toEqual(['generated'])
  })

  test('jotgate api generate does not write through a link in the place of a file', async () => {
    await mkdir(at('out/generated'), { recursive: true })
    await writeFile(at('mine'), 'mine')
    await symlink(at('mine'), at('out/generated/types.ts'))
    const { stderr } = await generate()
    expect(stderr).toMatch(/--out: generated\/types\.ts exists and is not a regular file/)
    await rm(at('out/generated/types.ts'))
    await symlink(at('nowhere'), at('out/main.ts'))
    expect((await generate()).stdout).toMatch(/^kept {5}main\.ts$/m)
    expect(existsSync(at('nowhere'))).toBe(false)
    expect(readFileSync(at('mine'), 'utf8')).toBe('mine')
  })
})

describe('writing below a folder', () => {
  test.each(['../a', 'x/../../a', '/a', 'x//a', './a', 'x\\a', '..', '', 'a\0b'])(
    'writing below a folder refuses the path %j',
    async (path) => {
      const files = [
        { path: 'fine.ts', text: '', overwrite: true },
        { path, text: '', overwrite: true },
      ]
      await expect(writeBelow(at('out'), files)).rejects.toThrow(/leads out of the folder/)
      expect(readdirSync(at('out'))).toEqual([])
    },
  )

  test('writing below a folder follows a link that stays inside, and fails where a file replaces a folder', async () => {
    await mkdir(at('out/real'), { recursive: true })
    await symlink('real', at('out/link'))
    await writeFile(at('out/file'), '')
    const below = (path: string) => writeBelow(at('out'), [{ path, text: 'x', overwrite: true }])
    await below('link/a.ts')
    expect(readFileSync(at('out/real/a.ts'), 'utf8')).toBe('x')
    await expect(below('file/a.ts')).rejects.toThrow('file exists and is not a folder')
  })
})

describe('waiting for a change', () => {
  /** Waits while `change` happens, and tells whether that ended it before the time was over. */
  async function noticed(
    sources: Record<string, string | undefined>,
    change: () => Promise<unknown>,
    withinMs = 4000,
  ) {
    const seen = new Map(Object.entries(sources).map(([path, text]) => [at(path), text]))
    const ending = new AbortController()
    const waiting = untilChanged(seen, ending.signal).then(() => !ending.signal.aborted)
    await change()
    const timer = setTimeout(() => {
      ending.abort()
    }, withinMs)
    const answer = await waiting
    clearTimeout(timer)
    return answer
  }

  test('waiting for a change ends when a file is written, replaced or removed', async () => {
    const save = () => writeFile(at('user.api'), `// more\n${api}`)
    expect(await noticed({ 'user.api': api }, save)).toBe(true)
    const replace = async () => {
      await writeFile(at('beside.tmp'), api)
      await rename(at('beside.tmp'), at('user.api'))
    }
    expect(await noticed({ 'user.api': `// more\n${api}` }, replace)).toBe(true)
    expect(await noticed({ 'user.api': api }, () => rm(at('user.api')))).toBe(true)
  })

  test('waiting for a change ends when a missing file appears, its folder with it', async () => {
    const make = async () => {
      await mkdir(at('a/b'), { recursive: true })
      await writeFile(at('a/b/base.api'), 'type A {}')
    }
    expect(await noticed({ 'user.api': api, 'a/b/base.api': undefined }, make)).toBe(true)
  })

  test('waiting for a change ends when what a link points to changes', async () => {
    await mkdir(at('real'))
    await writeFile(at('real/base.api'), api)
    await symlink(at('real/base.api'), at('base.api'))
    const save = () => writeFile(at('real/base.api'), '')
    expect(await noticed({ 'base.api': api }, save)).toBe(true)
  })

  test('waiting for a change ends at once when the text has changed before', async () => {
    expect(await noticed({ 'user.api': 'older' }, () => Promise.resolve())).toBe(true)
  })

  test('waiting for a change does not end for the same text written again, or for a neighbour', async () => {
    expect(await noticed({ 'user.api': api }, () => writeFile(at('user.api'), api), 400)).toBe(
      false,
    )
    expect(await noticed({ 'user.api': api }, () => writeFile(at('other.api'), ''), 400)).toBe(
      false,
    )
  })
})
