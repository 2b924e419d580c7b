import { spawn } from 'node:child_process'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { builtEntry } from '../../../host/package-root.js'
import { TSM_REPORTS } from '../../../host/tee.js'
import { EvidenceError } from './errors.js'
import { FOREIGN, type Report } from './report-entry.js'
import { toError } from '../../../model/to-error.js'

/** The kernel gives up after 30 s; it is asked five times at most. */
const TIMEOUT_MS = 180_000
const KILL_AFTER_MS = 2000
const MAX_ANSWER = 4 * 1024 * 1024

const reported = t.type({ provider: t.string, outblob: t.string, auxblob: t.string })
const failed = t.type({ step: t.string, errno: t.string })

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT:
    'configfs-tsm is missing: it needs Linux 6.7 or later, the guest driver (modprobe tdx_guest or sev-guest) and configfs (mount -t configfs none /sys/kernel/config)',
  EACCES: 'producing evidence needs root (User=root in the service) or CAP_DAC_OVERRIDE',
  EPERM: 'producing evidence needs root (User=root in the service) or CAP_DAC_OVERRIDE',
  EROFS: 'configfs is read-only here: remove ProtectKernelTunables=yes from the service',
  ENXIO: 'no driver provides reports: load the guest driver (modprobe tdx_guest or sev-guest)',
  EINVAL: 'the kernel refused the request: its length, or the privilege level',
  EBUSY: 'the host is still handling an earlier request',
  EINTR: 'each attempt was interrupted',
  ETIMEDOUT: 'the host did not answer in time: is its quoting service running?',
  ENOTTY: 'the firmware accepts no more requests from this guest until the guest is restarted',
  EFBIG: 'the report is larger than the kernel or this proplet accepts',
  [FOREIGN]: 'another program wrote to the same entry at each attempt',
}

/** The error of a failed step, with what to do about it. */
export const reportFailure = ({ step, errno }: t.TypeOf<typeof failed>): EvidenceError =>
  new EvidenceError(`the kernel gave no report (${step}: ${errno}): ${ADVICE[errno] ?? 'see its log'}`)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const answerOf = (text: string): Report => {
  const value = parsed(text)
  const report = reported.decode(value)
  if (E.isRight(report))
    return {
      provider: report.right.provider,
      outblob: Buffer.from(report.right.outblob, 'base64'),
      auxblob: Buffer.from(report.right.auxblob, 'base64'),
    }
  const problem = failed.decode(value)
  throw E.isRight(problem)
    ? reportFailure(problem.right)
    : new EvidenceError('the process that requests a report from the kernel ended without one')
}

/**
 * Gets one report from the kernel, in a separate process. Rejects with an `EvidenceError`, or the reason of the
 * signal.
 */
export const configfsReport = (root: string, data: Buffer, signal: AbortSignal): Promise<Report> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const child = spawn(process.execPath, [builtEntry('reporter')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
      // Ctrl-C in the terminal must reach only the daemon, which then has the entry removed.
      detached: true,
    })
    let text = ''
    let killer: NodeJS.Timeout | undefined
    const end = () => {
      child.kill('SIGTERM')
      killer ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
    }
    const timer = setTimeout(end, TIMEOUT_MS)
    signal.addEventListener('abort', end, { once: true })
    const settle = (result: () => Report) => {
      clearTimeout(timer)
      clearTimeout(killer)
      signal.removeEventListener('abort', end)
      try {
        signal.throwIfAborted()
        resolve(result())
      } catch (error) {
        reject(toError(error))
      }
    }
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (piece: string) => {
      text += piece
      if (text.length > MAX_ANSWER) end()
    })
    child.stdin.on('error', () => undefined)
    child.once('error', (error) =>
      settle(() => {
        throw new EvidenceError(`the process that requests a report could not be started: ${error.message}`)
      }),
    )
    child.once('close', () => settle(() => answerOf(text)))
    child.stdin.write(
      `${JSON.stringify({ reports: join(root, TSM_REPORTS), data: data.toString('base64') })}\n`,
    )
  })
