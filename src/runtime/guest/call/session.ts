import type { BootMessage, GuestEnd, RunMessage } from '../channel/protocol.js'
import type { Link } from '../channel/link.js'
import type { OutputSink } from '@proplet/wasi/host/stdio.js'

/** One task that is being run: what it was asked for, and what has to be known of it once it has ended. */
export type Session = {
  readonly run: RunMessage
  readonly boot: BootMessage
  readonly link: Link
  readonly stdout: OutputSink
  readonly stderr: OutputSink
  readonly live: Live
}

/** Set as soon as there is something to close or to measure, so that it is done even if the rest fails. */
export type Live = {
  close?: () => void
  /** The sizes of its linear memories. */
  memoryBytes?: () => readonly number[]
  /** Its resources may be reused; called last, and only after a successful end. */
  release?: () => void
}

/** Calls what the task is about; everything was instantiated. A promise: what was called is async. */
export type GuestCall = () => GuestEnd | Promise<GuestEnd>
