import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * A program of this folder in a process of its own. `ask` sends it something, and answers with what it sends back.
 *
 * @typedef {{ readonly ask: <A>(question: unknown) => Promise<A>, readonly stop: () => Promise<void> }} Child
 */

/**
 * @param {string} file of this folder
 * @returns {Child}
 * @example const balancer = startChild('balancer.mjs')
 */
export function startChild(file) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const gone = once(child, 'exit')
  return {
    ask: async (question) => {
      const answer = once(child, 'message')
      const failed = gone.then(() => Promise.reject(new Error(`${file} ended`)))
      child.send(/** @type {import('node:child_process').Serializable} */ (question))
      const [found] = await Promise.race([answer, failed])
      return found
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

/**
 * The child's side: answers each message with what `answer` makes of it, and ends with the parent.
 *
 * @template Q
 * @param {(question: Q) => unknown} answer
 */
export function serveParent(answer) {
  process.on('message', (/** @type {Q} */ question) => {
    void Promise.resolve(answer(question)).then((found) => process.send?.(found))
  })
  process.once('disconnect', () => process.exit(0))
}
