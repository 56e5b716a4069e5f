import { describe, expect, test } from 'vitest'
import { jotgate } from './terminal.js'

describe('jotgate api check of what is made of a file', () => {
  test.each([
    [
      'two handlers of one name',
      'service a { @handler GetX get /x @handler getX get /y }',
      '1:43: error: two handlers',
    ],
    [
      'a handler named like a group',
      'service a { @handler B get /x }\n@server (group: b)\nservice a { @handler C get /y }',
      "1:22: error: 'b' is a handler and a group",
    ],
    [
      'two members of one name',
      'type A {\nX int `json:"x"`\nY int `json:"x"`\n}\nservice a { @handler B post /x (A) }',
      '1:6: error: type A: has two members',
    ],
    [
      'a type that embeds itself',
      'type A {\nA\n}\nservice a { @handler B post /x (A) }',
      '1:6: error: type A embeds itself',
    ],
    [
      'a check of signatures',
      '@server (signature: true)\nservice a { @handler B get /x }',
      "1:21: error: 'signature: true' is not supported",
    ],
    [
      'a secret that is named like the entry for cookies',
      '@server (jwt: Cookies tokenFrom: cookie)\nservice a { @handler B get /x }',
      "1:34: error: 'Cookies' of the configuration says which pages may use the cookie",
    ],
    [
      'a method that no server takes',
      'service a { @handler B trace /x }',
      '1:22: error: trace /x: no server here takes this method',
    ],
  ])(
    'jotgate api check refuses %s in the words of generate and openapi',
    async (_what, text, said) => {
      const files = { files: new Map([['a.api', text]]) }
      const checked = await jotgate(['api', 'check', 'a.api'], files)
      expect(checked).toMatchObject({ exitCode: 1, stdout: '' })
      expect(checked.stderr).toContain(said)
      const made = await jotgate(['api', 'generate', '--out', 'x', 'a.api'], files)
      expect(made.stderr).toBe(checked.stderr)
      const document = await jotgate(['api', 'openapi', 'a.api'], files)
      expect(document.stderr).toBe(checked.stderr)
    },
  )

  test('jotgate api check refuses a default that generate refuses, though a document could have it', async () => {
    const text = 'type A { X int `json:"x,default=a"` }\nservice a { @handler B post /x (A) }'
    const checked = await jotgate(['api', 'check', '-'], { stdin: text })
    expect(checked).toMatchObject({ exitCode: 1, stdout: '' })
    expect(checked.stderr).toContain(
      'stdin.api:1:10: error: type A: a default or an option is no number',
    )
  })

  test('what generate refuses is placed in the imported file that has it', async () => {
    const files = new Map([
      ['a.api', 'import "types.api"\nservice a { @handler B post /x (A) }'],
      ['types.api', 'type (\n\tB {}\n\tA {\n\t\tC complex64 `json:"c"`\n\t}\n)'],
    ])
    const { stderr } = await jotgate(['api', 'check', 'a.api'], { files })
    expect(stderr).toContain('types.api:4:3: error: type A: JSON has no complex numbers')
    const json = await jotgate(['api', 'check', '--json', 'a.api'], { files })
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      diagnostics: [{ severity: 'error', file: 'types.api', line: 4, column: 3 }],
    })
  })

  test.each([
    ['get', 'Id int `json:"id"`', ["'id' can never be sent: GET /x has no body"]],
    ['head', 'Id int `json:"id"`', ["'id' can never be sent: HEAD /x has no body"]],
    ['get', 'Id int', ["'Id' can never be sent"]],
    ['get', 'Id int `json:"id,optional"`', []],
    ['get', 'Id int `json:"id,default=1"`', []],
    ['get', 'Id int `form:"id"`', []],
    ['get', 'Id int `json:"-"`', []],
    ['post', 'Id int `json:"id"`', []],
    ['delete', 'Id int `json:"id"`', []],
    ['post', 'Id int `json:"id" form:"id"`', ["'json' counts, and 'form' is ignored"]],
    ['post', 'Id int `header:"id" json:"id" xml:"i"`', ["'header' counts, and 'json' is ignored"]],
    ['post', 'In { Id int `json:"i" path:"id"` } `json:"in"`', ["'path' is ignored"]],
    ['post', 'Id int `json:"id" xml:"id"`', []],
  ])('jotgate api check of %s with the member %s warns of %j', async (method, member, said) => {
    const stdin = `type R {\n${member}\n}\nservice a { @handler B ${method} /x (R) }`
    const { exitCode, stderr } = await jotgate(['api', 'check', '-'], { stdin })
    expect(exitCode).toBe(0)
    expect(stderr.match(/warning: /g) ?? []).toHaveLength(said.length)
    for (const each of said) expect(stderr).toContain(each)
  })

  test('jotgate api check tells guards of similar names apart', async () => {
    const block = (keys: string, name: string) =>
      `@server (${keys})\nservice a { @handler ${name} get /${name} }\n`
    const stdin = block('jwt: Auth jwtTransition: Old', 'one') + block('jwt: AuthOld', 'two')
    const { stdout } = await jotgate(['api', 'check', '--json', '-'], { stdin })
    expect(JSON.parse(stdout)).toMatchObject({
      routes: [
        { path: '/one', guard: 'Auth.Old', secrets: ['Old.Secret', 'Old.PrevSecret'] },
        { path: '/two', guard: 'AuthOld', secrets: ['AuthOld.AccessSecret'] },
      ],
    })
  })

  test('jotgate api check and api parse say where the token of each route may be', async () => {
    const block = (keys: string, name: string) =>
      `@server (${keys})\nservice a { @handler ${name} get /${name} }\n`
    const stdin =
      block('jwt: Auth tokenFrom: bearer,cookie', 'one') +
      block('jwt: Auth optional: true', 'two') +
      'service a { @handler three get /three }'
    const { stdout } = await jotgate(['api', 'check', '-'], { stdin })
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['no errors'],
      [
        ...['GET', '/one', 'Auth-bearer-cookie', 'Auth.AccessSecret'],
        'bearer or cookie:__Host-access',
      ],
      ['GET', '/two', 'Auth, or no token', 'Auth.AccessSecret', 'bearer'],
      ['GET', '/three', 'open'],
    ])
    const parsed = await jotgate(['api', 'parse', '-'], { stdin })
    expect(parsed.stdout).toContain('jwt Auth; token from bearer, cookie')
  })
})
