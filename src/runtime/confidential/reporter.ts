import { createInterface } from 'node:readline'
import { makeReport, removeEntry, ReportError, type Report } from './evidence/report-entry.js'

type Request = { readonly reports: string; readonly data: string }

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit(0))

const shown = ({ provider, outblob, auxblob }: Report) => ({
  provider,
  outblob: outblob.toString('base64'),
  auxblob: auxblob.toString('base64'),
})

/**
 * Entry of a process that requests one report from the kernel and ends. The kernel may take half a minute, during which
 * the requesting thread is blocked and cannot be interrupted; so this is not done in the daemon. The request comes on
 * standard input, which stays open while the daemon wants the answer.
 */
const main = (): void => {
  let entry: string | undefined
  /** Removes the entry and exits at once, even if a thread still waits for the kernel. */
  const leave = () => {
    const end = () => process.kill(process.pid, 'SIGKILL')
    if (entry === undefined) end()
    else void removeEntry(entry).finally(end)
  }
  const work = async ({ reports, data }: Request): Promise<void> => {
    const onEntry = (current: string | undefined) => (entry = current)
    try {
      answer(shown(await makeReport({ reports, data: Buffer.from(data, 'base64'), onEntry })))
    } catch (error) {
      if (!(error instanceof ReportError)) throw error
      answer({ step: error.step, errno: error.code })
    }
  }
  process.once('SIGTERM', leave)
  const lines = createInterface({ input: process.stdin })
  lines.once('line', (line) => void work(JSON.parse(line) as Request))
  lines.once('close', leave)
}

main()
