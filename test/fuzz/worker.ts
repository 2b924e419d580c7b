// Runs a campaign: NAME SEED INPUTS, and TRACE_FROM FILE to write each input from that one on to FILE before it is run.
import { writeFileSync } from 'node:fs'
import { campaign, type Report } from './campaign.js'
import { targetOf } from './targets/index.js'

/** Messages to the parent: the progress now and then, and the report at the end. */
export type Told = { readonly index: number } | { readonly report: Report; readonly residentBytes: number }

const TELL_MS = 1000

const [name = '', seed, inputs, traceFrom, file = ''] = process.argv.slice(2)
const from = traceFrom === undefined ? Infinity : Number(traceFrom)
const tell = (told: Told): void => void process.send?.(told)

let toldAt = 0
const report = await campaign(targetOf(name), {
  seed: Number(seed),
  inputs: Number(inputs),
  onInput: (index, input) => {
    if (index >= from) writeFileSync(file, input)
    if (performance.now() - toldAt < TELL_MS) return
    toldAt = performance.now()
    tell({ index })
  },
})
tell({ report, residentBytes: process.resourceUsage().maxRSS * 1024 })
process.disconnect()
