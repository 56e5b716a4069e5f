import type { Logger } from 'pino'
import { createVouching, isGenuine, storedHeads, type ChainHead, type HeadParts } from './heads.js'

/** Options of {@link createNews}. */
export interface NewsParts extends HeadParts {
  /** The chain that vouches for the others. */
  readonly own: string
  readonly log: Pick<Logger, 'error'>
}

/**
 * Reads the heads of other chains that are new to a chain, which will vouch for them: all of them, or the latest. A head that
 * does not verify gets an error in the log, once, and is read again later.
 *
 * @example const news = createNews({ database, keys, own: chain, log }); const heads = await news()
 */
export function createNews(parts: NewsParts): (limit?: number) => Promise<readonly ChainHead[]> {
  const vouching = createVouching(parts.own)
  const faulty = new Set<string>()
  return async (limit = Infinity) => {
    const news: ChainHead[] = []
    for (const head of await storedHeads(parts.database)) {
      if (news.length === limit) break
      if (!vouching.isNews(head)) continue
      if (await isGenuine(parts, head)) {
        vouching.note(head)
        news.push(head)
      } else if (!faulty.has(head.chain)) {
        faulty.add(head.chain)
        const { chain, seq } = head
        parts.log.error({ chain, seq }, 'the last row of a chain of the audit log does not verify')
      }
    }
    return news
  }
}
