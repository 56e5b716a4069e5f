import { describe, expect, it, test } from 'vitest'
import { describeVectors, vectorsFolder } from '../vectors/find.js'
import { jotgate } from './terminal.js'

const good = `syntax = "v1"

type Req {
	Id string \`path:"id"\`
}

@server (
	prefix: /v1
)
service user-api {
	@handler Login
	post /login

	@jwt Auth
	@handler Profile
	get /users/:id (Req)
}
`

/** A scene of `.api` files by path. */
const scene = (files: Record<string, string>) => ({ files: new Map(Object.entries(files)) })

describe('jotgate api parse', () => {
  test('jotgate api parse shows routes with their guards, and the spec as JSON', async () => {
    const shown = await jotgate(['api', 'parse', 'user.api'], scene({ 'user.api': good }))
    expect(shown).toEqual({
      exitCode: 0,
      stderr: '',
      stdout:
        'user-api (routes: 2, types: 1)\n' +
        'post  /v1/login      open      Login\n' +
        'get   /v1/users/:id  jwt Auth  Profile\n',
    })
    const json = await jotgate(['api', 'parse', '--json', '-'], { stdin: good })
    const spec: unknown = JSON.parse(json.stdout)
    expect(Object.keys(spec as object).sort()).toEqual(['groups', 'info', 'service', 'types'])
    expect(spec).toMatchObject({ service: 'user-api', types: [{ raw: 'Req' }] })
  })

  test('jotgate api parse shows the scopes and roles that a route asks for beside its guard', async () => {
    const block =
      '@server (\n\tjwt: Auth\n\tscopes: "orders:read, orders:write"\n\troles: admin\n)\n'
    const stdin = `${block}service a {\n\t@handler A\n\tget /a\n\t@server (jwtTransition: New roles: "x y,z")\n\t@handler B\n\tget /b\n}`
    const { stdout } = await jotgate(['api', 'parse', '-'], { stdin })
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      'a (routes: 2, types: 0)',
      'get  /a  jwt Auth; scopes orders:read, orders:write; roles admin        A',
      'get  /b  jwt Auth, New; scopes orders:read, orders:write; roles x y, z  B',
      '',
    ])
  })

  test('jotgate api parse shows the place of an error with its line and a caret, and nothing as the answer', async () => {
    const files = { 'user.api': good.replace('@jwt', '@jwtt') }
    const { exitCode, stdout, stderr } = await jotgate(['api', 'parse', 'user.api'], scene(files))
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^user\.api:14:2: error: .*did you mean '@jwt'\?/)
    expect(stderr).toContain('\n  14 | \t@jwtt Auth\n     | \t^^^^^\n')
  })

  test('jotgate api parse reports errors as JSON too, by line and column', async () => {
    const files = { 'user.api': good.replace('@jwt', '@jwtt') }
    const { stdout } = await jotgate(['api', 'parse', '--json', 'user.api'], scene(files))
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      diagnostics: [{ severity: 'error', file: 'user.api', line: 14, column: 2 }],
    })
  })

  test('jotgate api parse reads imports relative to the file that names them', async () => {
    const files = {
      'a/main.api': 'import "types/req.api"\nservice s {\n@handler H\nget /:id (Req)\n}',
      'a/types/req.api': 'import "../base.api"\ntype Req {\n\tBase\n}',
      'a/base.api': 'type Base {\n\tId string `path:"id"`\n}',
    }
    const whole = await jotgate(['api', 'parse', '--json', './a/main.api'], scene(files))
    expect(whole.stderr).toBe('')
    expect(JSON.parse(whole.stdout)).toMatchObject({ types: [{ raw: 'Base' }, { raw: 'Req' }] })
    const broken = { ...files, 'a/base.api': 'type Base {\n\tId\n' }
    const { stderr } = await jotgate(['api', 'parse', 'a/main.api'], scene(broken))
    expect(stderr).toMatch(/^a\/base\.api:\d+:\d+: error: /)
  })

  test('jotgate api parse shows what could move the cursor as its escape', async () => {
    const stdin = 'type A {\n\tX \u001b[31m\n}'
    const { stderr } = await jotgate(['api', 'parse', '-'], { stdin })
    expect(stderr).toContain('\\u001b[31m')
    expect(stderr).not.toContain('\u001b')
  })
})

describe('jotgate api check', () => {
  const listed = 'POST  /v1/login      open\nGET   /v1/users/:id  Auth  Auth.AccessSecret  bearer\n'
  const warned = good.replace('prefix: /v1', 'prefix: /v1\n\twhatever: 1')

  test('jotgate api check says that there are no errors, and lists routes with guards and secrets', async () => {
    const quiet = await jotgate(['api', 'check', 'a.api'], scene({ 'a.api': good }))
    expect(quiet).toEqual({ exitCode: 0, stdout: `no errors\n${listed}`, stderr: '' })
    const typesAlone = await jotgate(['api', 'check', '-'], { stdin: 'type A {}' })
    expect(typesAlone).toEqual({ exitCode: 0, stdout: 'no errors\n', stderr: '' })
  })

  test('jotgate api check shows warnings, which are no failure', async () => {
    const shown = await jotgate(['api', 'check', 'a.api'], scene({ 'a.api': warned }))
    expect(shown).toMatchObject({ exitCode: 0, stdout: `no errors; warnings: 1\n${listed}` })
    expect(shown.stderr).toMatch(/^a\.api:9:2: warning: /)
    const json = await jotgate(['api', 'check', '--json', 'a.api'], scene({ 'a.api': warned }))
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: true,
      diagnostics: [{ severity: 'warning', line: 9 }],
    })
  })

  test('jotgate api check shows every error of a file, and in goctl mode the one goctl shows', async () => {
    const text = good.replace('get /users', 'git /users').replace('@jwt', '@jwtt')
    const all = await jotgate(['api', 'check', 'a.api'], scene({ 'a.api': text }))
    expect(all.exitCode).toBe(1)
    expect(all.stderr.match(/: error: /g)?.length).toBeGreaterThan(1)
    const one = await jotgate(
      ['api', 'check', '--mode', 'goctl', 'a.api'],
      scene({ 'a.api': good }),
    )
    expect(one).toMatchObject({
      exitCode: 1,
      stderr: "a.api 14:6 expected '@doc' | '@handler' | '@server', got '@jwt'\n",
    })
  })
})

describe('jotgate api format', () => {
  const loose = 'type A{X int}'
  const neat = 'type A {\n\tX int\n}\n'

  test('jotgate api format prints the one layout, and the same once more', async () => {
    const { stdout } = await jotgate(['api', 'format', '-'], { stdin: loose })
    expect(stdout).toBe(neat)
    expect((await jotgate(['api', 'format', '-'], { stdin: neat })).stdout).toBe(neat)
    const json = await jotgate(['api', 'format', '--json', '-'], { stdin: loose })
    expect(JSON.parse(json.stdout)).toEqual({ ok: true, changed: true, text: neat })
  })

  test('jotgate api format with --goctl prints what goctl reads, with the guards that the file had', async () => {
    const printed = await jotgate(['api', 'format', '--goctl', '-'], { stdin: good })
    const shown = (stdin: string, ...mode: string[]) =>
      jotgate(['api', 'parse', ...mode, '-'], { stdin })
    expect(await shown(printed.stdout, '--mode', 'goctl')).toEqual(await shown(good))
    expect((await shown(good, '--mode', 'goctl')).exitCode).toBe(1)
  })

  test('jotgate api format with --check says in its exit code whether the file would change', async () => {
    const files = new Map([
      ['loose.api', loose],
      ['neat.api', neat],
    ])
    const would = await jotgate(['api', 'format', '--check', 'loose.api'], { files })
    expect(would).toEqual({ exitCode: 1, stdout: '', stderr: 'loose.api: would change\n' })
    const not = await jotgate(['api', 'format', '--check', 'neat.api'], { files })
    expect(not).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    expect(files.get('loose.api')).toBe(loose)
  })

  test('jotgate api format with --write rewrites a file only when it differs', async () => {
    const files = new Map([['a.api', loose]])
    const replaced: string[] = []
    const io = {
      replaceFile: (path: string, text: string) => {
        replaced.push(path)
        files.set(path, text)
        return Promise.resolve()
      },
    }
    const first = await jotgate(['api', 'format', '--write', 'a.api'], { files, io })
    const second = await jotgate(['api', 'format', '--write', 'a.api'], { files, io })
    expect([first.stdout, second.stdout]).toEqual(['rewritten\n', 'unchanged\n'])
    expect(files.get('a.api')).toBe(neat)
    expect(replaced).toEqual(['a.api'])
  })

  test('jotgate api format leaves a file with errors as it is', async () => {
    const files = new Map([['a.api', 'type A {']])
    const { exitCode, stderr } = await jotgate(['api', 'format', '--write', 'a.api'], { files })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^a\.api:1:\d+: error: /)
    expect(files.get('a.api')).toBe('type A {')
  })
})

describe('jotgate api openapi', () => {
  test('jotgate api openapi prints a document in which guarded routes ask for a token', async () => {
    const { exitCode, stdout } = await jotgate(['api', 'openapi', '-'], { stdin: good })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      openapi: '3.1.1',
      paths: {
        '/v1/users/{id}': { get: { security: [{ Auth: [] }] } },
        '/v1/login': { post: { security: [] } },
      },
    })
  })

  test('jotgate api openapi says why a spec that parses cannot become a document', async () => {
    const stdin = good.replace('prefix: /v1', 'signature: true')
    const { exitCode, stdout, stderr } = await jotgate(['api', 'openapi', '-'], { stdin })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^stdin\.api:8:13: error: .*signature/)
  })
})

describe('jotgate api', () => {
  test('jotgate api has help for the group and for each of its commands', async () => {
    const help = await jotgate(['api', '--help'])
    expect(help.exitCode).toBe(0)
    expect(help.stdout).toMatch(/api parse .*\n.*api check .*\n.*api format/)
    expect(help.stdout).not.toContain('keygen')
    expect(await jotgate(['help', 'api'])).toEqual(help)
  })

  test.each([
    ['no command of the group', ['api'], /names no command; see jotgate api --help/],
    ['a command spelt wrong', ['api', 'chekc', 'x'], /second argument .* did you mean "check"\?/],
    ['the group spelt wrong', ['apis', 'check'], /first argument .* did you mean "api"\?/],
    ['a flag spelt wrong', ['api', 'format', '--wirte', 'x'], /--wirte: .* did you mean --write\?/],
    ['an unknown mode', ['api', 'parse', '--mode', 'go', 'x'], /--mode: is dialect or goctl/],
    ['a missing file', ['api', 'parse', 'hunter2.api'], /FILE: no such file$/],
    ['a folder', ['api', 'check', '.'], /FILE: is a folder, not a file$/],
    ['a device', ['api', 'check', '/dev/null'], /FILE: is not a regular file$/],
    ['both ways to format', ['api', 'format', '--write', '--check', 'x'], /exclude each other/],
    ['writing to stdin', ['api', 'format', '--write', '-'], /the standard input is not a file/],
    ['goctl mode where guards are made', ['api', 'openapi', '--mode', 'goctl', 'x'], /routes open/],
    ['two files', ['api', 'check', 'x', 'y'], /has too many arguments/],
  ])('jotgate api answers %s with one line and exit code 2', async (_, argv, line) => {
    const { exitCode, stdout, stderr } = await jotgate(argv)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^jotgate: .+\n$/)
    expect(stderr.trimEnd()).toMatch(line)
    expect(stderr).not.toContain('hunter2')
  })
})

describeVectors('jotgate api parse --json --mode goctl', (read) => {
  interface GoctlCase {
    readonly path?: string
    readonly src?: string
    readonly spec?: unknown
    readonly error?: string
  }
  const cases = (name: string) => read.json(`go-originals/${name}`) as readonly GoctlCase[]
  const parse = (file: string, stdin?: string) =>
    jotgate(['api', 'parse', '--json', '--mode', 'goctl', file], { stdin: stdin ?? '' })

  it('jotgate api parse prints the spec of every third file of goctl, or goctl’s error', async () => {
    const some = cases('goctl_files.json').filter(
      ({ spec, error }, index) => index % 3 === 0 && (spec !== undefined || error !== undefined),
    )
    expect(some.length).toBeGreaterThan(15)
    for (const { path = '', spec, error } of some) {
      const file = `${vectorsFolder ?? ''}/go-originals/api-files/${path}`
      const { exitCode, stdout, stderr } = await parse(file)
      if (error === undefined) {
        expect({ path, exitCode, stderr }).toEqual({ path, exitCode: 0, stderr: '' })
        expect(JSON.parse(stdout)).toEqual(spec)
      } else expect({ path, exitCode, stderr }).toEqual({ path, exitCode: 1, stderr: `${error}\n` })
    }
  })

  it('jotgate api parse prints goctl’s error for what goctl’s tests call invalid', async () => {
    const some = cases('goctl_upstream_invalid.json').filter(
      ({ src, error }, index) => index % 5 === 0 && src !== '' && error !== undefined,
    )
    expect(some.length).toBeGreaterThan(40)
    for (const { src = '', error = '' } of some) {
      const { exitCode, stderr } = await parse('-', src)
      const said = stderr.replaceAll('stdin.api', 'foo.api')
      expect({ src, exitCode, said }).toEqual({ src, exitCode: 1, said: `${error}\n` })
    }
  })
})
