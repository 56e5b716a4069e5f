import { type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Confirm, type Question } from './confirm.js'

/**
 * A place for the one question a page may be asking.
 *
 * @example const [ask, dialog] = useQuestion(); ask({ title, text, verb, work })
 */
export function useQuestion(): [ask: (question: Question) => void, dialog: ComponentChildren] {
  const [question, setQuestion] = useState<Question>()
  const close = () => {
    setQuestion(undefined)
  }
  return [setQuestion, question && <Confirm question={question} onClose={close} />]
}
