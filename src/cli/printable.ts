/**
 * C0 and C1 controls, line and paragraph separators, and characters that change the direction of text: in a terminal
 * they could hide or fake the content of a token.
 */
const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/**
 * Text that is safe to print in a terminal: other characters become `\uXXXX`. Line breaks and tabs stay. JSON stays the
 * same JSON.
 *
 * @example printable('a\u001b[31m') // 'a\\u001b[31m'
 */
export function printable(text: string): string {
  return text.replace(unsafe, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
