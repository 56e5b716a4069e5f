// Input: SHIFT, the path of a file with a number of seconds. Output: none; loaded by `--import`, it moves the clock of its
// process by that much, and reads the file again and again. The monotonic clock runs on.
import { readFileSync } from 'node:fs'

const SystemDate = Date
const systemNow = () => SystemDate.now()
const file = process.env['SHIFT'] ?? ''
let [readAt, shiftMs] = [0, 0]

function now() {
  const system = systemNow()
  if (system - readAt > 20) {
    readAt = system
    // A file that is just being written is empty.
    const text = readFileSync(file, 'utf8')
    if (text !== '') shiftMs = Number(text) * 1000
  }
  return system + shiftMs
}

globalThis.Date = new Proxy(SystemDate, {
  construct: (target, given, made) =>
    Reflect.construct(target, given.length > 0 ? given : [now()], made),
  apply: () => new SystemDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
