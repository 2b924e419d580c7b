/** What the person who built a binary can do where it is refused as `unsupported`: the end of the message. */
export type Remedy = {
  readonly text: string
  /** Another WebAssembly runtime runs it. */
  readonly runsElsewhere: boolean
}

/**
 * For what wasmtime runs and we do not.
 *
 * @param option the option of wasmtime that it takes
 */
export const otherRuntime = (option?: string): Remedy => ({
  text: `an external runtime such as wasmtime runs it${option === undefined ? '' : ` (with ${option})`}`,
  runsElsewhere: true,
})

/** For a limit of our own, where the limits of other runtimes differ. */
export const LARGER_ELSEWHERE: Remedy = {
  text: 'an external runtime such as wasmtime may have room for it',
  runsElsewhere: true,
}

/** For interfaces of WASI that we do not offer. */
export const OFFERED_ELSEWHERE: Remedy = {
  text: 'an external runtime such as wasmtime may offer it',
  runsElsewhere: true,
}

/** Something that its author can change. */
export const change = (text: string): Remedy => ({ text, runsElsewhere: false })

/** For imports that no runtime offers by itself. */
export const COMPOSE = change('compose it with a component that exports it')

/** For proposals that no released runtime runs. */
export const NOT_YET: Remedy = { text: 'no released runtime runs it yet', runsElsewhere: false }

/** `what` is a part of a sentence: `a memory of 64 bits`. */
export const needsNode = (what: string, since: number): string =>
  `${what} needs Node.js ${since} or newer; this is ${process.version}`
