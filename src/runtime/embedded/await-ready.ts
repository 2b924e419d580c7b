import { OutputTail } from './captured-output.js'
import { DEAF, type Guest } from './guest.js'

const DIAGNOSIS_BYTES = 1024

/**
 * Waits until a guest says `ready`, and resolves to undefined then; else to how it ended, in words that follow "the
 * guest". One that is not ready within the time is ended. Never rejects.
 */
export function awaitReady(guest: Guest, timeoutMs: number): Promise<string | undefined> {
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
        resolve(undefined)
      },
      output: (_stream, data) => diagnosis.push(data),
      closed: (death) => {
        clearTimeout(timer)
        const said = diagnosis.text().trim()
        resolve(`${how ?? death.how}${said === '' ? '' : `: ${said}`}`)
      },
    })
  })
}
