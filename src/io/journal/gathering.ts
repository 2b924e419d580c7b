export type GatheringLimits = {
  /** How long the first caller waits for others, in milliseconds. */
  readonly ms: number
  /** So many callers wait no longer. */
  readonly calls: number
}

type Round = { calls: number; readonly begin: () => void; readonly done: Promise<void> }

/** Shares a piece of work between callers that come shortly after each other. */
export class Gathering {
  readonly #work: () => Promise<void>
  readonly #limits: GatheringLimits
  #round: Round | undefined

  constructor(work: () => Promise<void>, limits: GatheringLimits) {
    this.#work = work
    this.#limits = limits
  }

  /** Settles with work that begins after this call. */
  join(): Promise<void> {
    const round = (this.#round ??= this.#gather())
    round.calls += 1
    if (round.calls === this.#limits.calls) round.begin()
    return round.done
  }

  #gather(): Round {
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#limits.ms)
      begin = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    const done = begun.then(() => {
      this.#round = undefined
      return this.#work()
    })
    return { calls: 0, begin, done }
  }
}
