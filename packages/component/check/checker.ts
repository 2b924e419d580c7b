import type { AddressType } from '../wasm/value-types.js'
import type { Flattening } from './flat.js'
import type { Module } from './types.js'
import type { Work } from './work.js'

/** What all scopes of a component share during the check. */
export type Checker = {
  readonly work: Work
  /** By the address type of the memory that values go through. */
  readonly flattening: Readonly<Record<AddressType, Flattening>>
  /** The type of the core module from `start` to `end`. */
  readonly module: (start: number, end: number) => Module
}
