import { effect, signal } from '@preact/signals'

const themes = ['system', 'light', 'dark'] as const

/** The theme of the console; `system` follows the operating system. */
export type Theme = (typeof themes)[number]

const storageKey = 'jotgate-console-theme'

/** The chosen theme. */
export const theme = signal<Theme>(stored())

effect(() => {
  const chosen = theme.value
  if (chosen === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = chosen
  localStorage.setItem(storageKey, chosen)
})

/** The next look in the round. */
export function nextTheme(): void {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length]
  theme.value = next ?? 'system'
}

function stored(): Theme {
  const kept = localStorage.getItem(storageKey)
  return themes.find((name) => name === kept) ?? 'system'
}
