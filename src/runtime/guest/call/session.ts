import type { BootMessage, GuestEnd, RunMessage } from '../channel/protocol.js'
import type { Link } from '../channel/link.js'
import type { OutputSink } from '@proplet/wasi/host/stdio.js'

/** One running task: its request, and what must be known once it has ended. */
export type Session = {
  readonly run: RunMessage
  readonly boot: BootMessage
  readonly link: Link
  readonly stdout: OutputSink
  readonly stderr: OutputSink
  readonly live: Live
}

/** Set as soon as there is something to close or to measure, so that it happens even if the rest fails. */
export type Live = {
  close?: () => void
  /** The sizes of its linear memories. */
  memoryBytes?: () => readonly number[]
  /** Its resources may be reused; called last, and only after a successful end. */
  release?: () => void
}

/** Calls the function of the task, after instantiation. Returns a promise if that is async. */
export type GuestCall = () => GuestEnd | Promise<GuestEnd>
