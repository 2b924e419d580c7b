import type { AddressType } from '../wasm/value-types.js'
import type { Flattening } from './flat.js'
import type { Module } from './types.js'
import type { Work } from './work.js'

/** What the check of a component has for all of its scopes. */
export type Checker = {
  readonly work: Work
  /** By what the memory is addressed with that values go through. */
  readonly flattening: Readonly<Record<AddressType, Flattening>>
  /** The type of the core module that begins here and ends there. */
  readonly module: (start: number, end: number) => Module
}
