import { type Given } from './page-terminal.js'

/** What differs from one day to the next, and nothing else: tokens, names made at random, times. */
const daily: readonly (readonly [RegExp, string])[] = [
  [/"(access_?token|refresh_?token|jti|sid)":"[\w.…-]+"/gi, '"$1":"…"'],
  [/"client-[\w-]{22}"/g, '"client-…"'],
  [/"(iat|exp|access_?expire|refresh_?after)":\d{10}/gi, '"$1":0'],
  [/^Date: .*$/gm, 'Date: …'],
  [/(after|at most) \d{10}(\.\d+)? \([\dT:-]+Z/g, '$1 0 (…'],
  [/\d+ years ago/g, '… years ago'],
]

/**
 * A page's answers and those that came, to be compared: without the day, and without the lines that a page leaves out
 * by `…` on a line of its own.
 *
 * @example expect(came).toEqual(shown)
 */
export function compareAnswers(given: readonly Given[]) {
  const shown = given.map(({ command, shown: text }) => [command, withoutTheDay(text)])
  const came = given.map(({ command, shown: text, said }) => [
    command,
    shortenedAs(withoutTheDay(text), withoutTheDay(said)),
  ])
  return { shown, came }
}

function withoutTheDay(text: string): string {
  // No blank that ends a line can be seen on a page.
  const plain = text.replace(/[ \r]+$/gm, '').trim()
  return daily.reduce((found, [pattern, stands]) => found.replace(pattern, stands), plain)
}

function shortenedAs(shown: string, said: string): string {
  const parts = shown.split(/^…$/m).map((part) => part.replaceAll(/[^\w\s]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`).test(said) ? shown : said
}
