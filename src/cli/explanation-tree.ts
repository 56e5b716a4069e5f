import { errorTable } from '../foundation/errors.js'
import type { CheckReport, Explanation } from '../token/index.js'
import { describeMoment } from './moment.js'
import { printable } from './printable.js'

/** Style of a printed tree. */
export interface TreeStyle {
  readonly color: boolean
  /** Unix time in seconds, to describe times in words. */
  readonly now: number
}

/** The first check of each part of the path; other checks belong to the part before them. */
const parts: Readonly<Record<string, string>> = {
  length: 'token',
  header: 'header',
  key: 'signature',
  payload: 'claims',
}

const marks = {
  pass: { mark: '✓', color: 32 },
  fail: { mark: '✗', color: 31 },
  'not reached': { mark: '·', color: 2 },
} as const satisfies Record<CheckReport['verdict'], { mark: string; color: number }>

/**
 * Prints an explanation as a tree for a terminal: each check with its mark, the expected and the actual value, and the
 * source of the rule.
 *
 * @example explanationTree(await verify.explain(token), { color: false, now: Date.now() / 1000 })
 */
export function explanationTree(explanation: Explanation, style: TreeStyle): string {
  const groups: { title: string; checks: CheckReport[] }[] = []
  for (const check of explanation.checks) {
    const title = Object.hasOwn(parts, check.name) ? parts[check.name] : undefined
    if (title !== undefined || groups.length === 0)
      groups.push({ title: title ?? 'token', checks: [] })
    groups.at(-1)?.checks.push(check)
  }
  const lines = groups.flatMap(({ title, checks }) => [
    title,
    ...checks.flatMap((check, index) => drawCheck(check, index === checks.length - 1, style)),
  ])
  return [...lines, drawResult(explanation, style)].join('\n')
}

function drawCheck(check: CheckReport, isLast: boolean, style: TreeStyle): string[] {
  const { mark, color } = marks[check.verdict]
  const { name, expected, rfc, code } = check
  const found = check.verdict === 'not reached' ? 'not reached' : inWords(name, check.found, style)
  const stem = isLast ? '      ' : '│     '
  const lines = [
    `${isLast ? '└─' : '├─'} ${paint(`${mark} ${name}:`, color, style)} ${printable(found)}`,
    `${stem}expected ${printable(inWords(name, expected, style))} · ${rfc}`,
  ]
  return code === undefined
    ? lines
    : [...lines, stem + paint(`${code}: ${errorTable[code].message}`, color, style)]
}

function drawResult({ ok, code }: Explanation, style: TreeStyle): string {
  if (ok) return paint('✓ accepted', marks.pass.color, style)
  return paint(`✗ refused${code === undefined ? '' : `: ${code}`}`, marks.fail.color, style)
}

const times = ['exp', 'nbf', 'iat', 'maxTokenAge']

/** Adds a description in words to a number of seconds. */
function inWords(name: string, text: string, { now }: TreeStyle): string {
  const digits = times.includes(name) ? /\d+(?:\.\d+)?$/.exec(text)?.[0] : undefined
  return digits === undefined ? text : `${text} (${describeMoment(Number(digits), now)})`
}

function paint(text: string, color: number, style: TreeStyle): string {
  return style.color ? `\u001b[${String(color)}m${text}\u001b[0m` : text
}
