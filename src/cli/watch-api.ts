import { CommandError } from './command-error.js'
import type { Answer } from './command.js'
import type { Io } from './io.js'
import { printable } from './printable.js'

/** Does the work once, and records every file it read. */
export type Work = (seen: Map<string, string | undefined>) => Promise<Answer>

/**
 * Does the work, and again whenever one of the files it read changes, until the process is interrupted. Each run prints
 * one line: the last line of the answer's text, or its JSON. Problems go to the standard error and do not stop it,
 * except in the very first run.
 *
 * @throws CommandError when the first run does, or when watching is impossible
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

/** A file that is briefly missing, or a folder that is not writable, is no reason to stop watching. */
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
