import type { Binary } from '../../model/binary.js'
import type { GuestFate } from './execution.js'

/** What to do with a guest after this run: one that held a confidential binary runs nothing else. */
export const fateAfter = ({ isConfidential }: Binary, fate: GuestFate): GuestFate =>
  isConfidential === true && fate !== 'gone' ? 'discard' : fate
