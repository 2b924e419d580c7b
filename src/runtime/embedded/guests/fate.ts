import type { Binary } from '../../../model/binary.js'

/** What the guest is good for afterwards; `settling`: it has yet to say `ready`, `settled`: it tidied up and did. */
export type GuestFate = 'reuse' | 'settling' | 'settled' | 'discard' | 'gone'

/** What to do with a guest after this run: one that held a confidential binary runs nothing else. */
export const fateAfter = ({ isConfidential }: Binary, fate: GuestFate): GuestFate =>
  isConfidential === true && fate !== 'gone' ? 'discard' : fate
