import type { Binary } from '../../model/binary.js'
import type { GuestFate } from './execution.js'

/** What becomes of a guest that ran this: one that had a confidential binary in its memory runs nothing else. */
export const fateAfter = ({ isConfidential }: Binary, fate: GuestFate): GuestFate =>
  isConfidential === true && fate !== 'gone' ? 'discard' : fate
