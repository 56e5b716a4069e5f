import process from 'node:process'
import { starts } from './frameworks.mjs'

// One server, in a process of its own, so that its processor time is its own. The parent says which server over IPC,
// is told the port, and asks for the processor time, in microseconds, whenever it likes.
process.once(
  'message',
  (
    /** @type {{ framework: string, contender: string, trust: import('./material.mjs').Trust }} */ order,
  ) => {
    void begin(order)
  },
)
process.once('disconnect', () => process.exit(0))

/** @param {{ framework: string, contender: string, trust: import('./material.mjs').Trust }} order */
async function begin({ framework, contender, trust }) {
  const start = starts[framework]
  if (!start) throw new Error(`there is no framework ${framework}`)
  const port = await start(contender, trust)
  process.on('message', () => {
    // Without the kernel's part, which is the same for all, and the noisiest.
    process.send?.({ cpu: process.cpuUsage().user })
  })
  process.send?.({ port })
}
