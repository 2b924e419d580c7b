// A process of a fleet: the proplets that it is told of, in one process.
import { startProplets } from './proplets.js'
import type { MemberOptions, MemberReport } from './member-protocol.js'

const report = (message: MemberReport): void => {
  process.send?.(message)
}

process.once('message', (options: MemberOptions) => {
  const proplets = startProplets(options, report)
  // whoever started it is gone
  process.once('disconnect', () => process.exit())
  process.once('message', () => void proplets.stop().then(() => process.disconnect()))
})
