import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { parentOf } from '../../../host/process-figures.js'
import { codeOf } from '../../../model/code-of.js'

/** The process that runs guests: the spawned one, or a child of it. */
export interface GuestProcess {
  /** Undefined while it is unknown, and after the process has ended. */
  readonly pid: number | undefined
  kill(): void
  /** The signal that ended the process, given how the spawned process ended. */
  signalOf(code: number | null, signal: NodeJS.Signals | null): NodeJS.Signals | undefined
}

export class DirectProcess implements GuestProcess {
  readonly #spawned: ChildProcess

  constructor(spawned: ChildProcess) {
    this.#spawned = spawned
  }

  get pid(): number | undefined {
    return isGone(this.#spawned) ? undefined : this.#spawned.pid
  }

  kill(): void {
    this.#spawned.kill('SIGKILL')
  }

  signalOf(_code: number | null, signal: NodeJS.Signals | null): NodeJS.Signals | undefined {
    return signal ?? undefined
  }
}

const INFO_MAX_CHARACTERS = 4096
/** Shells and bubblewrap add this to the number of the signal that ended a command. */
const SIGNAL_STATUS = 128

/**
 * A child of bubblewrap, which stays until the child has ended. Only the inner process is ever killed: bubblewrap waits for it
 * and then ends too. If bubblewrap were killed, an inner process that is still being set up would wait forever, and a later one
 * would be orphaned.
 */
export class NestedProcess implements GuestProcess {
  readonly #spawned: ChildProcess
  #pid: number | undefined
  #isKnown = false
  #isWanted = true

  /** `known` is called when `info` has ended: the process ID is known, or never will be. */
  constructor(spawned: ChildProcess, info: Readable, known: () => void) {
    this.#spawned = spawned
    let text = ''
    info.setEncoding('utf8')
    info.on('data', (piece: string) => (text = (text + piece).slice(0, INFO_MAX_CHARACTERS)))
    info.once('close', () => {
      const digits = /"child-pid":\s*(\d+)/.exec(text)?.[1]
      this.#pid = digits === undefined ? undefined : Number(digits)
      this.#isKnown = true
      known()
      if (!this.#isWanted) this.kill()
    })
  }

  get pid(): number | undefined {
    return isGone(this.#spawned) ? undefined : this.#pid
  }

  /** Kills the inner process once its ID is known; if that never happens, bubblewrap has failed and ends by itself. */
  kill(): void {
    const { pid } = this
    this.#isWanted = false
    if (!this.#isKnown || pid === undefined || parentOf(pid) !== this.#spawned.pid) return
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      // Unless it has just ended.
      if (codeOf(error) !== 'ESRCH') throw error
    }
  }

  signalOf(code: number | null, signal: NodeJS.Signals | null): NodeJS.Signals | undefined {
    return signal ?? signals.find(([, number]) => number + SIGNAL_STATUS === code)?.[0]
  }
}

const isSignal = (name: string): name is NodeJS.Signals => Object.hasOwn(constants.signals, name)
const signals = Object.entries(constants.signals).flatMap(([name, number]) =>
  isSignal(name) ? [[name, number] as const] : [],
)

/** The ID of an ended process may have been reused. */
const isGone = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null
