import type { Random } from '../support/random.js'

/** The outcome of an input: `accepted`, or why it was refused, without quoting the input. */
export type End = string

/**
 * A part of the proplet that reads bytes from outside. Inputs are bytes, so that any of them can be stored and
 * replayed.
 */
export type Target = {
  readonly name: string
  /** Its share of a thousand inputs. */
  readonly share: number
  /** Valid or almost valid inputs. */
  readonly seeds: () => readonly Uint8Array[]
  /**
   * Maximum time for which an input may keep its thread busy, in milliseconds; by default `MAX_MS`. For code that runs
   * in children.
   */
  readonly maxMs?: number
  /** The largest and most expensive inputs, which are tried first, unchanged. */
  readonly heavy?: () => readonly Uint8Array[]
  /** Tokens of the format. */
  readonly words: readonly string[]
  /** Generates an input from the grammar of the format. */
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

/** The reason of a refusal without what it quotes, so that equal causes compare equal. */
export const causeOf = (message: string): string =>
  message
    .replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|'[^']*'/g, '…')
    .replaceAll(/\[[^\]]*\]|0x[0-9a-f]+|-?\d+(?:\.\d+)?/g, '#')
    .slice(0, 100)
