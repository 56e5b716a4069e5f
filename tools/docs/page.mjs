/**
 * @typedef {{ language: string, info: readonly string[], code: string, line: number }} Block
 *   A fenced block: the words of its info string after the language, and the line its code begins in.
 * @typedef {{ target: string, line: number }} Link
 * @typedef {{ text: string, line: number }} Inline
 * @typedef {{ path: string, text: string, blocks: readonly Block[], links: readonly Link[],
 *   inlines: readonly Inline[], anchors: ReadonlySet<string> }} Page
 *   `path` is from the root; `anchors` are what `#…` can point to.
 */

/**
 * Takes a page of Markdown apart into what can be untrue.
 *
 * @param {string} path from the root
 * @param {string} text
 * @returns {Page}
 * @throws Error when a fence is never closed: what follows it would not be looked at
 */
export function readPage(path, text) {
  const { blocks, prose } = takeApart(path, text)
  const inlines = matches(prose, /(?<!`)`([^`\n]+)`(?!`)/g).map(([content, line]) => ({
    text: content,
    line,
  }))
  const bare = prose.replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length))
  const links = matches(
    bare,
    /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)|(?:href|src)="([^"]+)"/gm,
  )
  return {
    ...{ path, text, blocks, inlines },
    links: links.map(([target, line]) => ({ target, line })),
    anchors: anchorsOf(prose),
  }
}

/**
 * @param {string} path
 * @param {string} text
 */
function takeApart(path, text) {
  /** @type {Block[]} */
  const blocks = []
  const prose = []
  let open =
    /** @type {{ fence: string, indent: number, block: Block, lines: string[] } | undefined} */ (
      undefined
    )
  for (const [at, line] of text.split('\n').entries()) {
    const [, indent = '', fence = '', info = ''] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    prose.push(open || fence ? '' : line)
    if (open && fence.startsWith(open.fence) && info.trim() === '') {
      blocks.push({ ...open.block, code: open.lines.join('\n') + '\n' })
      open = undefined
    } else if (open) open.lines.push(line.slice(Math.min(open.indent, line.search(/\S|$/))))
    else if (fence) {
      const [language = '', ...words] = info.trim().split(/\s+/)
      const block = { language, info: words, code: '', line: at + 2 }
      open = { fence, indent: indent.length, block, lines: [] }
    }
  }
  if (open) throw new Error(`${path}:${open.block.line - 1} opens a block that is never closed`)
  return { blocks, prose: prose.join('\n') }
}

/**
 * The first group that took part, with its line.
 *
 * @param {string} text
 * @param {RegExp} pattern
 * @returns {[string, number][]}
 */
function matches(text, pattern) {
  return [...text.matchAll(pattern)].map((match) => [
    match.slice(1).find(Boolean) ?? '',
    text.slice(0, match.index).split('\n').length,
  ])
}

/**
 * The names a forge gives to headings, and those that the page gives itself.
 *
 * @param {string} prose
 */
function anchorsOf(prose) {
  const anchors = new Set(matches(prose, /<a (?:id|name)="([^"]+)"/g).map(([name]) => name))
  for (const [heading] of matches(prose, /^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-')
    let name = slug
    for (let count = 1; anchors.has(name); count++) name = `${slug}-${count}`
    anchors.add(name)
  }
  return anchors
}
