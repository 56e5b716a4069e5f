import { cpus } from 'node:os'
import process from 'node:process'

/** Major version of this Node. */
export const nodeMajor = Number(process.versions.node.split('.')[0])

/** What the figures were measured on. */
export function describeMachine() {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    node: process.version,
    openssl: process.versions.openssl,
    platform: `${process.platform} ${process.arch}`,
  }
}
