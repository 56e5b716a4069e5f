import { CommandError } from './command-error.js'
import type { Answer } from './command.js'
import type { Io } from './io.js'
import { printable } from './printable.js'

/** Does the work once, and enters every file it looked at. */
export type Work = (seen: Map<string, string | undefined>) => Promise<Answer>

/**
 * Does the work, and again whenever one of the files it looked at changes, until the process is interrupted. Each time
 * is told in one line: the last of the answer's text, or its JSON. Problems go to the standard error and end nothing,
 * except when the very first time is no good use.
 *
 * @throws CommandError when the first time does, or watching is not possible
 */
export async function watchApi(
  work: Work,
  { io, asJson }: { readonly io: Io; readonly asJson: boolean },
): Promise<void> {
  const signal = io.onInterrupt()
  const first = new Map<string, string | undefined>()
  tell(await work(first), { io, asJson })
  for (let seen = first; ;) {
    await io.untilChanged(seen, signal)
    if (signal.aborted) return
    seen = new Map()
    tell(await work(seen).catch(problemOf), { io, asJson })
  }
}

/** A file that is gone for a moment, or a folder that can not be written to, is no reason to stop watching. */
function problemOf(error: unknown): Answer {
  if (!(error instanceof CommandError)) throw error
  const { code, message } = error
  return { text: '', json: { ok: false, code, message }, refusal: `jotgate: ${message}` }
}

function tell(
  { text, json, refusal, notice }: Answer,
  { io, asJson }: { readonly io: Io; readonly asJson: boolean },
): void {
  for (const problems of [notice, refusal])
    if (problems !== undefined) io.stderr(`${printable(problems)}\n`)
  const line = refusal === undefined ? text.slice(text.lastIndexOf('\n') + 1) : 'nothing written'
  io.stdout(`${asJson ? JSON.stringify(json) : line}\n`)
}
