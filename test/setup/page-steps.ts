import { readPage } from '../../tools/docs/page.mjs'

/**
 * What a page has its reader do, block by block. `sh` is a command in a terminal that stays open; `sh server=3000` goes
 * on in a terminal of its own and listens there; `text server=3000` is what that terminal has by then; `text` is what
 * the command before it answers; a block with `file=NAME` is written to that file.
 */
export type Step =
  | { readonly kind: 'command'; readonly command: string; readonly shown: string }
  | { readonly kind: 'server'; readonly command: string; readonly port: string }
  | { readonly kind: 'log'; readonly shown: string; readonly port: string }
  | { readonly kind: 'file'; readonly name: string; readonly code: string }

/**
 * Reads the steps of a page, in order. What a block only declares (`file=….d.ts`) is made by somebody else.
 *
 * @throws Error for an answer without a command
 * @example readSteps('docs/oauth.md', readFileSync('docs/oauth.md', 'utf8'))
 */
export function readSteps(path: string, text: string): readonly Step[] {
  const steps: Step[] = []
  for (const { language, info, code, line } of readPage(path, text).blocks) {
    const [name, port] = [valueOf('file', info), valueOf('server', info)]
    if (name !== undefined && !name.endsWith('.d.ts')) steps.push({ kind: 'file', name, code })
    else if (language === 'sh' && port !== undefined)
      steps.push({ kind: 'server', command: code, port })
    else if (language === 'sh') steps.push({ kind: 'command', command: code, shown: '' })
    else if (language === 'text' && port !== undefined)
      steps.push({ kind: 'log', shown: code, port })
    else if (language === 'text') {
      const last = steps.pop()
      if (last?.kind !== 'command' || last.shown !== '')
        throw new Error(`${path}:${String(line)} is the answer to no command`)
      steps.push({ ...last, shown: code })
    }
  }
  return steps
}

function valueOf(name: string, info: readonly string[]): string | undefined {
  const word = info.find((each) => each.startsWith(`${name}=`))
  return word?.slice(name.length + 1)
}
