type CoreFunction = (...args: unknown[]) => unknown

type StandIn = { readonly func: CoreFunction; call: CoreFunction }

const ended: CoreFunction = () => {
  throw new Error('a function of a task that has ended was called')
}

/**
 * What core modules are given in the place of the functions of a run. V8 keeps the instance of a module, and all that its
 * imports reach, until it looks at old objects; these are used again by later runs, so that what one run made goes at once.
 */
export class StandIns {
  readonly #all: (StandIn | undefined)[] = []

  /** The function for core modules that calls this one until `clear`. */
  for(index: number, call: CoreFunction): CoreFunction {
    const known = this.#all[index]
    if (known !== undefined) {
      known.call = call
      return known.func
    }
    const made: StandIn = { func: (...values) => made.call(...values), call }
    this.#all[index] = made
    return made.func
  }

  clear(): void {
    for (const each of this.#all) if (each !== undefined) each.call = ended
  }
}

const MAX_SPARE = 2

/** The stand-ins of runs that have ended. */
export class SpareStandIns {
  readonly #spare: StandIns[] = []

  take(): StandIns {
    return this.#spare.pop() ?? new StandIns()
  }

  giveBack(standIns: StandIns): void {
    standIns.clear()
    if (this.#spare.length < MAX_SPARE) this.#spare.push(standIns)
  }
}
