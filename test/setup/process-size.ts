import { readdirSync, readFileSync } from 'node:fs'

/** What a process holds. */
export interface ProcessSize {
  /** Memory in MiB. */
  readonly mebibytes: number
  /** Open files and connections. */
  readonly descriptors: number
}

/**
 * How large a process is, where the machine tells it; nothing but zeros elsewhere than on Linux.
 *
 * @example const before = sizeOf(service.child.pid)
 */
export function sizeOf(pid: number | undefined): ProcessSize {
  if (process.platform !== 'linux') return { mebibytes: 0, descriptors: 0 }
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8')
  return {
    mebibytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
    descriptors: readdirSync(`/proc/${String(pid)}/fd`).length,
  }
}
