import { useState } from 'preact/hooks'
import { Field } from '../ui/field.js'
import { curlOf, runStep, tokensOf, walk, type Answer, type Hand, type WalkStep } from './walk.js'
import { AnswerView } from './walk-answer.js'

const empty: Hand = { username: '', password: '', access: '', refresh: '' }

/** The life of a session step by step, each with its shell line; independent of the console's own session. */
export function TryPage() {
  const [hand, setHand] = useState(empty)
  const [answers, setAnswers] = useState<Readonly<Record<string, Answer | 'lost'>>>({})
  const run = async (step: WalkStep) => {
    const answer = await runStep(step, hand).catch(() => 'lost' as const)
    const kept = step.name === 'login' ? {} : answers
    setAnswers({ ...kept, [step.name]: answer })
    const tokens = answer === 'lost' ? undefined : tokensOf(answer.body)
    if (tokens) setHand((before) => ({ ...before, ...tokens }))
  }
  return (
    <>
      <h1>Try it</h1>
      <p class="hint">
        A session of its own, with bearer tokens that are held in this page’s memory only. It is not
        the one you are using the console with.
      </p>
      <form
        class="card"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault()
        }}
      >
        <div class="columns">
          <Field
            label="Username"
            value={hand.username}
            onChange={(username) => {
              setHand({ ...hand, username })
            }}
          />
          <Field
            label="Password"
            value={hand.password}
            onChange={(password) => {
              setHand({ ...hand, password })
            }}
            settings={{
              type: 'password',
              hint: 'To run the curl lines yourself, first type: read -rs PASSWORD',
            }}
          />
        </div>
      </form>
      <ol class="steps">
        {walk.map((step, index) => (
          <Step
            key={step.name}
            step={step}
            number={index + 1}
            state={{ hand, answer: answers[step.name], run }}
          />
        ))}
      </ol>
    </>
  )
}

interface StepState {
  readonly hand: Hand
  readonly answer: Answer | 'lost' | undefined
  readonly run: (step: WalkStep) => Promise<void>
}

const needed = {
  username: 'a username',
  password: 'a name and a password above',
  access: 'step 1, for an access token',
  refresh: 'step 1, for a refresh token',
} as const satisfies Record<keyof Hand, string>

function Step({ step, number, state }: { step: WalkStep; number: number; state: StepState }) {
  const { hand, answer, run } = state
  const [isRunning, setRunning] = useState(false)
  const mayRun = hand[step.needs] !== '' && (step.needs !== 'password' || hand.username !== '')
  const start = async () => {
    setRunning(true)
    await run(step)
    setRunning(false)
  }
  return (
    <li class="card">
      <div class="title">
        <h2>
          {number}. {step.title}
        </h2>
        <button
          type="button"
          class="primary"
          aria-label={`Run step ${String(number)}: ${step.title}`}
          disabled={!mayRun || isRunning}
          onClick={() => void start()}
        >
          Run
        </button>
      </div>
      <p class="hint">
        {step.text}
        {!mayRun && ` It needs ${needed[step.needs]}.`}
      </p>
      <pre aria-label={`Line of step ${String(number)}`}>{curlOf(step, hand)}</pre>
      <div aria-live="polite">{answer && <AnswerView answer={answer} />}</div>
    </li>
  )
}
