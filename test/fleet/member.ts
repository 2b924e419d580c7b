// A process of a fleet, with several proplets.
import { startProplets } from './proplets.js'
import type { MemberOptions, MemberReport } from './member-protocol.js'

const report = (message: MemberReport): void => {
  process.send?.(message)
}

process.once('message', (options: MemberOptions) => {
  const proplets = startProplets(options, report)
  // its parent has ended
  process.once('disconnect', () => process.exit())
  process.once('message', () => void proplets.stop().then(() => process.disconnect()))
})
