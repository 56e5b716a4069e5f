/**
 * What a comment of an `.api` file says, without its marks; other texts stay as they are. Takes a time that grows with
 * the length of the text.
 *
 * @example commentText('// logs a user in') // ' logs a user in'
 */
export function commentText(comment: string): string {
  if (comment.startsWith('//')) return comment.replace(/^\/\/+/, '')
  if (!comment.startsWith('/*') || !comment.endsWith('*/')) return comment
  // Looks behind, so that a run of stars is tried once and not from each of its stars.
  return comment
    .slice(2, -2)
    .replace(/^\*+/, '')
    .replace(/(?<!\*)\*+$/, '')
}
