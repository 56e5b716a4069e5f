import { describe, expect, test } from 'vitest'
import { inEach, ownFunctions, type Script } from '../../tools/walks/coverage.mjs'
import { aboveBar, countEntered, measureWalk } from '../../tools/walks/measure.mjs'
import { walks } from '../../tools/walks/table.mjs'
import { root } from '../../tools/setup/paths.mjs'

/** A function as V8 reports it, in a module of ours. */
const called = (functionName: string, { at, count = 1 }: { at: number; count?: number }) => ({
  functionName,
  isBlockCoverage: true,
  ranges: [{ startOffset: at, endOffset: at + 10, count }],
})
const script = (path: string, functions: Script['functions']): Script => {
  return { scriptId: '1', url: `file://${root}/${path}`, functions }
}

describe('measured walks', () => {
  test.each(Object.keys(walks))(
    'the walk %s enters our code, and no more of it than its bar',
    async (name) => {
      const measured = await measureWalk(name)
      expect(measured.files).toBeGreaterThan(1)
      expect(aboveBar(measured)).toEqual([])
    },
  )

  test('the walk of a verification enters the function that verifies', async () => {
    const { entered } = await measureWalk('verify')
    const own = entered.find(({ file }) => file === 'src/token/verify.ts')
    expect(own?.functions).toContain('verify')
  })

  test('a walk above its bar is reported with both figures', () => {
    const { files, functions = 0 } = walks['verify'] ?? { files: 0 }
    const longer = { name: 'verify', files: files + 1, functions: functions + 1, entered: [] }
    expect(aboveBar(longer)).toEqual([
      `verify: ${String(files + 1)} files, at most ${String(files)}`,
      `verify: ${String(functions + 1)} functions, at most ${String(functions)}`,
    ])
  })

  test('a walk that enters no function of ours is an error', () => {
    expect(() => countEntered('verify', [])).toThrow('entered no function of ours')
  })

  test('an unknown walk is an error', async () => {
    await expect(measureWalk('no-such-walk')).rejects.toThrow('no walk is named no-such-walk')
  })
})

describe('ownFunctions', () => {
  test('only functions of our own modules that were called are counted, under their sources', () => {
    const functions = [
      called('', { at: 0 }),
      called('verify', { at: 50 }),
      called('', { at: 70 }),
      called('explain', { at: 90, count: 0 }),
    ]
    expect(
      ownFunctions([
        script('dist/token/verify.js', functions),
        script('apps/auth-service/dist/main.js', [called('main', { at: 5 })]),
        script('node_modules/fastify/dist/fastify.js', functions),
        script('tools/walks/library.mjs', functions),
        { ...script('', functions), url: 'node:crypto' },
      ]),
    ).toEqual([
      { file: 'apps/auth-service/src/main.ts', functions: ['main'] },
      { file: 'src/token/verify.ts', functions: ['verify', '(anonymous)'] },
    ])
  })

  test('what a timer called during one of several calls is left out', () => {
    const login = called('login', { at: 20 })
    const heartbeat = called('beat', { at: 40 })
    const once = [script('dist/a.js', [login, heartbeat])]
    const again = [script('dist/a.js', [login, { ...heartbeat, ranges: [] }])]
    expect(ownFunctions(inEach([once, again, once]))).toEqual([
      { file: 'src/a.ts', functions: ['login'] },
    ])
  })
})
