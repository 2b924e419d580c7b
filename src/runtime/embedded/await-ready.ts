import { OutputTail } from './captured-output.js'
import { DEAF, type Guest } from './guest.js'

const DIAGNOSIS_BYTES = 1024

/** `how` follows "the guest". */
export type Readiness =
  | { readonly isReady: true; readonly residentBytes: number | null }
  | { readonly isReady: false; readonly how: string }

/** Waits until a guest says `ready`. One that does not within the time is ended. Never rejects. */
export function awaitReady(guest: Guest, timeoutMs: number): Promise<Readiness> {
  return new Promise((resolve) => {
    const diagnosis = new OutputTail(DIAGNOSIS_BYTES)
    let how: string | undefined
    const timer = setTimeout(() => {
      how = `was not ready within ${timeoutMs} ms`
      guest.kill()
    }, timeoutMs)
    guest.listen({
      message: (message) => {
        if (message.type !== 'ready' || how !== undefined) return
        clearTimeout(timer)
        guest.listen(DEAF)
        resolve({ isReady: true, residentBytes: message.residentBytes })
      },
      output: (_stream, data) => diagnosis.push(data),
      closed: (death) => {
        clearTimeout(timer)
        const said = diagnosis.text().trim()
        resolve({ isReady: false, how: `${how ?? death.how}${said === '' ? '' : `: ${said}`}` })
      },
    })
  })
}
