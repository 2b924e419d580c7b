import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { parentOf } from '../process-figures.js'

/** The process that runs guests: the one that was spawned, or a child of it. */
export interface GuestProcess {
  /** Undefined while it is not known, and when it is gone. */
  readonly pid: number | undefined
  kill(): void
  /** By what it was ended, where the spawned process ended as it says. */
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
/** What a shell says of a command that a signal ended, and bubblewrap too. */
const SIGNAL_STATUS = 128

/** A child of bubblewrap, which stays until it has ended; they have one process each, and end together. */
export class NestedProcess implements GuestProcess {
  readonly #spawned: ChildProcess
  #pid: number | undefined

  /** `known` is called when `info` has ended: the number is known, or never will be. */
  constructor(spawned: ChildProcess, info: Readable, known: () => void) {
    this.#spawned = spawned
    let text = ''
    info.setEncoding('utf8')
    info.on('data', (piece: string) => (text = (text + piece).slice(0, INFO_MAX_CHARACTERS)))
    info.once('close', () => {
      const digits = /"child-pid":\s*(\d+)/.exec(text)?.[1]
      this.#pid = digits === undefined ? undefined : Number(digits)
      known()
    })
  }

  get pid(): number | undefined {
    return isGone(this.#spawned) ? undefined : this.#pid
  }

  /** The inner one first, so that bubblewrap waits for it: orphans are left to process 1, which may be a daemon. */
  kill(): void {
    const { pid } = this
    if (pid === undefined || parentOf(pid) !== this.#spawned.pid) this.#spawned.kill('SIGKILL')
    else process.kill(pid, 'SIGKILL')
  }

  signalOf(code: number | null, signal: NodeJS.Signals | null): NodeJS.Signals | undefined {
    return signal ?? signals.find(([, number]) => number + SIGNAL_STATUS === code)?.[0]
  }
}

const isSignal = (name: string): name is NodeJS.Signals => Object.hasOwn(constants.signals, name)
const signals = Object.entries(constants.signals).flatMap(([name, number]) =>
  isSignal(name) ? [[name, number] as const] : [],
)

/** The number of a process that is gone may be another's. */
const isGone = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null
