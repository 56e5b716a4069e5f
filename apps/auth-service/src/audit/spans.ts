import type { Finding } from './finding.js'

/** Findings about single rows, put together: an export names each row of a chain that was written anew. */
export interface Spans {
  readonly add: (finding: Finding) => void
  /** One finding for each chain and kind, from the first row to the last. */
  readonly all: () => Iterable<Finding>
}

/** @example const spans = createSpans() */
export function createSpans(): Spans {
  const spans = new Map<string, Finding>()
  return {
    add: (finding) => {
      const name = `${finding.kind} ${finding.chain}`
      const known = spans.get(name)
      spans.set(name, known === undefined ? finding : spanOf(known, finding))
    },
    all: () => spans.values(),
  }
}

/** The first source that knows of something is enough. Findings of one kind all have rows, or none. */
function spanOf(one: Finding, other: Finding): Finding {
  if (one.source !== other.source || one.seq === undefined || other.seq === undefined) return one
  const seq = Math.min(one.seq, other.seq)
  return { ...one, seq, until: Math.max(one.until ?? one.seq, other.until ?? other.seq) }
}
