import { useState } from 'preact/hooks'
import { type Answer } from './walk.js'

const secret = /^(accessToken|refreshToken)$/

/** The answer to a step, with its tokens shortened until the user reveals them. */
export function AnswerView({ answer }: { answer: Answer | 'lost' }) {
  const [isOpen, setOpen] = useState(false)
  if (answer === 'lost') {
    return (
      <p class="fault">
        The service did not answer. Check that it is running, then run the step again.
      </p>
    )
  }
  const { status, ms, body } = answer
  const hasTokens = typeof body === 'object' && body !== null && 'accessToken' in body
  return (
    <div class="stack answer">
      <p>
        <span class={status < 400 ? 'tag tag-good' : 'tag tag-bad'}>{status}</span>{' '}
        <span class="muted">in {Math.max(Math.round(ms), 1)} ms</span>
        {hasTokens && (
          <button
            type="button"
            class="quiet link"
            aria-pressed={isOpen}
            onClick={() => {
              setOpen(!isOpen)
            }}
          >
            {isOpen ? 'Shorten tokens' : 'Reveal tokens'}
          </button>
        )}
      </p>
      {body !== undefined && (
        <pre>
          {JSON.stringify(
            body,
            (name, value: unknown) => (isOpen ? value : shortened(name, value)),
            2,
          )}
        </pre>
      )}
    </div>
  )
}

function shortened(name: string, value: unknown): unknown {
  return secret.test(name) && typeof value === 'string' ? `${value.slice(0, 12)}…` : value
}
