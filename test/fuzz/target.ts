import type { Random } from '../support/random.js'

/** What became of an input, in a few words without anything of its own: `accepted`, or why it was refused. */
export type End = string

/** A piece of the proplet that takes bytes from outside. All inputs are bytes, so that any can be kept and tried again. */
export type Target = {
  readonly name: string
  /** How many of a thousand inputs it gets. */
  readonly share: number
  /** Inputs that are valid, or nearly. */
  readonly seeds: () => readonly Uint8Array[]
  /** An input may keep its thread busy for so many milliseconds, where that is not the proplet's own; `MAX_MS` by default. */
  readonly maxMs?: number
  /** Inputs as large as they may be, and the most costly of their kind: tried as they are, before all others. */
  readonly heavy?: () => readonly Uint8Array[]
  /** What the format is made of. */
  readonly words: readonly string[]
  /** An input made by the grammar of the format. */
  readonly make?: (random: Random) => Uint8Array
  readonly maxBytes: number
  readonly open: () => Promise<Opened>
}

/** Anything that `run` throws is a defect. */
export type Opened = {
  readonly run: (input: Uint8Array) => End | Promise<End>
  readonly close?: () => Promise<void>
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const decoder = new TextDecoder()
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

/** The reason of a refusal without what it quotes, so that equal causes are one. */
export const causeOf = (message: string): string =>
  message
    .replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|'[^']*'/g, '…')
    .replaceAll(/\[[^\]]*\]|0x[0-9a-f]+|-?\d+(?:\.\d+)?/g, '#')
    .slice(0, 100)
