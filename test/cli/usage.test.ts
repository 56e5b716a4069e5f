import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands/table.js'
import { jotgate } from './terminal.js'

/** A header that names an algorithm, and no claims. */
const token = 'eyJhbGciOiJFUzI1NiJ9.e30.AA'

describe('jotgate', () => {
  test('jotgate prints its version, and help for all and for each command', async () => {
    expect(await jotgate(['--version'])).toMatchObject({ exitCode: 0, stdout: '1.2.3\n' })
    const help = await jotgate(['--help'])
    for (const { name, summary, examples } of commands) {
      expect(help.stdout).toContain(summary)
      const own = await jotgate([...name.split(' '), '--help'])
      expect(own.exitCode).toBe(0)
      expect(own.stdout).toContain(examples[0])
      expect(await jotgate(['help', ...name.split(' ')])).toEqual(own)
    }
  })

  test.each([
    ['an unknown command', ['verfy'], /not a command; did you mean "verify"\?$/],
    ['no command', [], /names no command/],
    [
      'an unknown option',
      ['verify', '--isuer', 'x'],
      /--isuer: is not an option; did you mean --issuer\?/,
    ],
    [
      'an unknown option with a value',
      ['verify', '--pasword=hunter2'],
      /--pasword: is not an option/,
    ],
    ['an option without its value', ['keygen', '--alg'], /--alg: needs a value$/],
    [
      'an option in place of a value',
      ['keygen', '--alg', '--stdout'],
      /--alg: needs a value; one that/,
    ],
    [
      'a flag with a value',
      ['keygen', '--alg', 'ES256', '--stdout=yes'],
      /--stdout: takes no value/,
    ],
    [
      'an option given twice',
      ['keygen', '--alg', 'ES256', '--alg', 'ES384'],
      /--alg: is given twice/,
    ],
    ['a missing argument', ['inspect'], /needs one more argument; usage: jotgate inspect TOKEN/],
    ['a surplus argument', ['inspect', 'hunter2', 'b'], /has too many arguments/],
    ['a token as the command', ['eyJhbGciOiJIUzI1NiJ9.hunter2.x'], /not a command/],
    ['a token as an option', ['verify', '--eyJhbGciOiJIUzI1NiJ9.hunter2'], /an unknown option/],
    [
      'a secret as a file',
      ['verify', '--key', 'hunter2', '--alg', 'HS256', '--any-issuer', '--any-audience', 'x'],
      /--key: no such file/,
    ],
  ])(
    'jotgate answers %s with one line, exit code 2, and no word of what was given',
    async (_, argv, line) => {
      const { exitCode, stdout, stderr } = await jotgate(argv)
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toMatch(/^jotgate: .+\n$/)
      expect(stderr.trimEnd()).toMatch(line)
      expect(stderr).not.toContain('hunter2')
    },
  )

  test('jotgate reports bad usage as JSON too when asked', async () => {
    const { exitCode, stdout } = await jotgate(['keygen', '--json'])
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toEqual({ ok: false, code: 'USAGE', message: '--alg: is required' })
  })

  test('jotgate prints no details of an unexpected error', async () => {
    const now = () => {
      throw new RangeError('hunter2')
    }
    expect(await jotgate(['inspect', token], { io: { now } })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'jotgate: failed with an unexpected RangeError; this is a bug in jotgate\n',
    })
  })

  test.each(['nonsense', '{"a":1}', '{', '{"keys":[]}', '{"keys":[1]}', '-----BEGIN X-----', '[]'])(
    'jotgate refuses a key file that holds %j',
    async (text) => {
      const argv = ['verify', '--key', 'f', '--alg', 'ES256', '--any-issuer', '--any-audience', 'x']
      const { exitCode, stderr } = await jotgate(argv, { files: new Map([['f', text]]) })
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/^jotgate: --key: .+\n$/)
      expect(stderr).not.toContain('unexpected')
    },
  )
})
