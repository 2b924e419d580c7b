import { OutputTail } from './captured-output.js'
import { DEAF, type Guest } from './guest.js'

const DIAGNOSIS_BYTES = 1024

/**
 * Calls `settled` as soon as a guest reports `ready`, otherwise with how it ended, in words that follow "the guest". A guest that
 * is not ready in time is killed. A callback instead of a promise, because a guest may end in the turn in which it became ready:
 * a listener attached later would miss that.
 */
export function whenReady(guest: Guest, timeoutMs: number, settled: (failure?: string) => void): void {
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
      settled()
    },
    output: (_stream, data) => diagnosis.push(data),
    closed: (death) => {
      clearTimeout(timer)
      const said = diagnosis.text().trim()
      settled(`${how ?? death.how}${said === '' ? '' : `: ${said}`}`)
    },
  })
}
