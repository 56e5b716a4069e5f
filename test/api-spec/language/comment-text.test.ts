import { expect, test } from 'vitest'
import { commentText } from '../../../src/api-spec/language/comment-text.js'
import { cpuMs } from '../../setup/cpu-time.js'

test.each([
  ['// logs in', ' logs in'],
  ['//// logs in', ' logs in'],
  ['/* logs in */', ' logs in '],
  ['/** logs\n * in **/', ' logs\n * in '],
  ['/**/', ''],
  ['/***/', ''],
  ['/*/', ''],
  ['logs in', 'logs in'],
])('the comment %j says %j', (comment, text) => {
  expect(commentText(comment)).toBe(text)
})

test.each(['*'.repeat(200_000), '* '.repeat(100_000), '**/ '.repeat(50_000)])(
  'a comment of 200,000 characters is read in a time that does not grow with its square',
  (stars) => {
    const times = [`/*${stars}x*/`, `/* ${stars}/`, `// ${stars}x`].map((comment) =>
      cpuMs(() => commentText(comment)),
    )
    // With a square it is minutes.
    expect(Math.max(...times)).toBeLessThan(1000)
  },
)
