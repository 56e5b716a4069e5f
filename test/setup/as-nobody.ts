/** Does something as a user without rights, whom root's own files are closed to; as ourselves when we are not root. */
export async function asNobody<T>(work: () => T | Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
