/** Something that must leave the service at least once. */
export interface Message {
  /** The same at every attempt, so that the receiver can drop duplicates; unique for its topic and target. */
  readonly id: string
  /** The kind of delivery, which has a handler of its own, such as `webhook`. */
  readonly topic: string
  /** Where it goes: messages for one target wait for each other, and never for those of another target. */
  readonly target: string
  readonly body: string
}

/** One attempt to deliver a message. */
export interface Delivery extends Message {
  /** 1 for the first attempt. */
  readonly attempt: number
  /** Aborted after the deadline of a delivery, and when the service stops. */
  readonly signal: AbortSignal
}

/**
 * The result of an attempt. `failed` is tried again for a day; `gone` never, and its target rests for an hour: the
 * receiver wants no more. A problem is a sentence for operators, without anything of the answer.
 */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'gone'; readonly problem: string }

/** Delivers the messages of a topic. */
export interface Handler {
  /** Whether this process can deliver to a target; messages for others wait for a process that can. */
  serves(target: string): boolean
  /** A rejection is an attempt that failed. */
  send(delivery: Delivery): Promise<Outcome>
}

/** How many messages there are, and what this process has done with them since its start. */
export interface OutboxStatus {
  /** Messages that wait for an attempt or are being delivered, of all processes. */
  readonly waiting: number
  /** Seconds since the oldest of them was added; 0 without any. */
  readonly oldest: number
  /** Messages that were given up and are kept for operators. */
  readonly failed: number
  /** Messages that this process has delivered. */
  readonly delivered: number
  /** Attempts of this process that failed. */
  readonly attemptsFailed: number
  /** Messages that this process could not add, since too many waited for their target. */
  readonly dropped: number
}
