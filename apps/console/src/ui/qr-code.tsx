import { encode } from 'uqr'

/** Modules of light border: what readers need. */
const border = 4

/** A text as a QR code, black on white in every theme. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border })
  const dark = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${at(x, y)}`] : [])),
  )
  const box = `0 0 ${String(size)} ${String(size)}`
  return (
    <svg class="qr-code" viewBox={box} width="220" height="220" role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={dark.join('')} fill="#000" shape-rendering="crispEdges" />
    </svg>
  )
}

/** One module. */
function at(x: number, y: number): string {
  return `${String(x)} ${String(y)}h1v1h-1z`
}
