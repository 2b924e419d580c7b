import type { Binary } from '../../../model/binary.js'

/** What becomes of the guest; `settling`: it has yet to report `ready`, `settled`: it has cleaned up and did. */
export type GuestFate = 'reuse' | 'settling' | 'settled' | 'discard' | 'gone'

/** What to do with a guest after a run: one that held a confidential binary is never used again. */
export const fateAfter = ({ isConfidential }: Binary, fate: GuestFate): GuestFate =>
  isConfidential === true && fate !== 'gone' ? 'discard' : fate
