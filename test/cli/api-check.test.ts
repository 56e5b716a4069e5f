import { describe, expect, test } from 'vitest'
import { jotgate } from './terminal.js'

describe('jotgate api check of what is made of a file', () => {
  test.each([
    [
      'two handlers of one name',
      'service a { @handler GetX get /x @handler getX get /y }',
      'two handlers',
    ],
    [
      'a handler named like a group',
      'service a { @handler B get /x }\n@server (group: b)\nservice a { @handler C get /y }',
      'is a handler and a group',
    ],
    [
      'two members of one name',
      'type A {\nX int `json:"x"`\nY int `json:"x"`\n}\nservice a { @handler B post /x (A) }',
      'has two members',
    ],
    [
      'a type that embeds itself',
      'type A {\nA\n}\nservice a { @handler B post /x (A) }',
      'embeds itself',
    ],
    [
      'a check of signatures',
      '@server (signature: true)\nservice a { @handler B get /x }',
      'is not supported',
    ],
    [
      'a method that no server takes',
      'service a { @handler B trace /x }',
      'no server here takes this method',
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
    expect(checked.stderr).toContain('is no number')
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
})
