import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** An example, running. */
export interface Example {
  /** What it has printed first, as many lines as were asked for. */
  readonly lines: readonly string[]
  stop(): Promise<void>
}

/**
 * Starts an example on free ports and waits for so many lines. Examples import the built package by its name.
 *
 * @throws Error when it ends before it has printed them
 * @example const { lines, stop } = await startExample('kratos', 1)
 */
export async function startExample(name: string, count: number): Promise<Example> {
  const file = fileURLToPath(new URL(`../../examples/${name}/server.mjs`, import.meta.url))
  const child = spawn(process.execPath, [file], { env: { ...process.env, PORT: '0' } })
  const lines: string[] = []
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    }
  }
  for await (const line of createInterface(child.stdout)) {
    if (lines.push(line) === count) return { lines, stop }
  }
  throw new Error(`examples/${name} ended after ${String(lines.length)} lines`)
}

/** The first address in a line. */
export function addressIn(line = ''): string {
  return /http:\/\/[^\s'"]+/.exec(line)?.[0] ?? ''
}
