import { signal } from '@preact/signals'

const notice = signal('')

/** Says what has been done, to eyes and to screen readers; the next one replaces it. */
export function announce(text: string): void {
  notice.value = text
}

/** Where {@link announce} says it. It is always there, or a screen reader would not hear its first words. */
export function Notice() {
  const text = notice.value
  return (
    <div class={text === '' ? 'notice notice-empty' : 'notice'}>
      <p role="status">{text}</p>
      {text !== '' && (
        <button
          type="button"
          class="quiet"
          aria-label="Dismiss"
          onClick={() => {
            announce('')
          }}
        >
          ×
        </button>
      )}
    </div>
  )
}
