import { nextTheme, theme } from './theme.js'

const signs = { system: '◐', light: '○', dark: '●' } as const

/** Switches between the system theme, light and dark. */
export function ThemeSwitch() {
  const name = theme.value
  return (
    <button type="button" class="quiet" onClick={nextTheme}>
      <span aria-hidden="true">{signs[name]}</span> Theme: {name}
    </button>
  )
}
