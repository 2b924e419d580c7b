import type { Detail, Row } from '../../model/view.js'
import { bytes, oneLine, percent } from '../format.js'
import { timeText } from '../table.js'

/** The current times on the clocks of the daemon and its host. */
export type Clock = { readonly now: number; readonly time: number }

export type Facts = readonly (readonly [name: string, value: string])[]

export const factsOf = (detail: Detail, row: Row, { now, time }: Clock): Facts => {
  const began = new Date(time - (now - row.at))
  const size = detail.size === undefined ? '' : ` · ${bytes(detail.size)}`
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['Export', row.name === '' ? undefined : oneLine(row.name)],
    ['Kind', row.invocation === undefined ? row.kind : `invocation ${oneLine(row.invocation)}`],
    ['Binary', detail.image === undefined ? `in the command${size}` : `${oneLine(detail.image)}${size}`],
    ['Digest', detail.digest],
    ['Serves at', detail.address],
    ['Came', began.toLocaleString()],
    ['Time', timeText(row, now)],
    ['CPU', row.cpu === undefined ? undefined : `${percent(row.cpu)} of a core`],
    ['Memory', row.memory === undefined ? undefined : bytes(row.memory)],
    ['Wrote', detail.outputBytes === 0 ? undefined : bytes(detail.outputBytes)],
  ]
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}
