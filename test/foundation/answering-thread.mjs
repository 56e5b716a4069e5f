// A server in a thread of its own: it answers each line, and counts the answers where the other thread can see them.
import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const answers = new Int32Array(workerData)
const server = createServer((socket) => {
  socket.on('data', () => {
    socket.write('answer', () => {
      Atomics.add(answers, 0, 1)
      Atomics.notify(answers, 0)
    })
  })
})
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address().port))
