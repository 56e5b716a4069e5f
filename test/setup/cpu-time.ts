/**
 * How long a piece of work keeps the processor busy, in milliseconds of this process's own time: what a busy machine
 * does meanwhile is not counted, as it is by a clock.
 *
 * @example expect(cpuMs(() => parseApi(text))).toBeLessThan(50)
 */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
