import { useEffect, useRef, useState } from 'preact/hooks'

/**
 * The width of a drawing in CSS pixels; it follows the page's width.
 *
 * @example const [box, width] = useWidth(); return <div ref={box}><svg width={width}>…</svg></div>
 */
export function useWidth(): [box: { current: HTMLDivElement | null }, width: number] {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.floor(entry.contentRect.width))
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [])
  return [box, width]
}
