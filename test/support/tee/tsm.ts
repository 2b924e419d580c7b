import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TSM_REPORTS } from '../../../src/host/tee.js'

export type TsmOptions = {
  readonly root: string
  readonly provider: string
  /** The report for these 64 bytes; undefined if there is none yet. */
  readonly outblob: (inblob: Buffer, entry: string) => Buffer | undefined
  readonly auxblob?: Buffer
  readonly floor?: string
  /** The generation that the entry reports after a number of writes. */
  readonly generation?: (entry: string, writes: number) => number
}

const LOOK_MS = 5

/** Replaces the kernel: fills entries shortly after they are created, and responds to what is written to them. */
export const startTsm = ({
  root,
  provider,
  outblob,
  auxblob,
  floor,
  generation = (_, writes) => writes,
}: TsmOptions) => {
  const reports = join(root, TSM_REPORTS)
  mkdirSync(reports, { recursive: true })
  const seen = new Set<string>()
  const answered = new Set<string>()

  const fill = (name: string) => {
    const entry = join(reports, name)
    try {
      if (!seen.has(name)) {
        seen.add(name)
        if (floor !== undefined) writeFileSync(join(entry, 'privlevel_floor'), `${floor}\n`)
        if (auxblob !== undefined) writeFileSync(join(entry, 'auxblob'), auxblob)
        writeFileSync(join(entry, 'generation'), '0\n')
        writeFileSync(join(entry, 'provider'), provider)
      }
      if (answered.has(name) || !existsSync(join(entry, 'inblob'))) return
      const inblob = readFileSync(join(entry, 'inblob'))
      if (inblob.length !== 64) return
      const report = outblob(inblob, name)
      if (report === undefined) return
      answered.add(name)
      const writes = existsSync(join(entry, 'privlevel')) ? 2 : 1
      writeFileSync(join(entry, 'generation'), `${generation(name, writes)}\n`)
      writeFileSync(join(entry, 'outblob'), report)
    } catch {
      // It has just been removed.
    }
  }
  const timer = setInterval(() => {
    for (const name of readdirSync(reports)) fill(name)
  }, LOOK_MS)
  return {
    reports,
    /** Every entry that was ever created. */
    seen,
    close: () => clearInterval(timer),
  }
}
