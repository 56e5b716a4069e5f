/** One behaviour that every implementation of a port must show; `run` rejects when it does not. */
export interface ContractCase<Store> {
  /** A sentence about the behaviour. */
  readonly name: string
  /** `makeStore` returns a new, empty store at every call. */
  readonly run: (makeStore: () => Store | Promise<Store>) => Promise<void>
}
