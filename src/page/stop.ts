import type { Row } from '../model/view.js'
import { byId, setText } from './dom.js'
import { oneLine } from './format.js'
import { messageOf } from '../model/message-of.js'

type StopDeps = {
  /** The daemon has accepted it. */
  readonly onStopping: (key: number) => void
}

const errorIn = async (response: Response): Promise<string> => {
  const body: unknown = await response.json().catch(() => undefined)
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
    ? body.error
    : `HTTP ${response.status}`
}

/**
 * Asks for confirmation before it stops a task, and for the token the first time; the token is kept in this page only.
 */
export const createStopDialog = ({ onStopping }: StopDeps): ((row: Row) => void) => {
  const dialog = byId('token', HTMLDialogElement)
  const form = dialog.querySelector('form')
  const input = byId('token-input', HTMLInputElement)
  const error = byId('token-error', HTMLElement)
  let row: Row | undefined

  const send = async (key: number) => {
    const response = await fetch('/ui/stop', {
      method: 'POST',
      headers: { authorization: `Bearer ${input.value}`, 'content-type': 'application/json' },
      body: JSON.stringify({ task: key }),
      credentials: 'omit',
      redirect: 'error',
    })
    if (!response.ok) throw new Error(await errorIn(response))
  }
  const fail = (reason: unknown) => {
    error.hidden = false
    setText(error, `Not stopped: ${messageOf(reason)}`)
    input.select()
  }
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    const stopped = row
    if (stopped === undefined) return
    error.hidden = true
    send(stopped.key).then(() => {
      dialog.close()
      onStopping(stopped.key)
    }, fail)
  })
  byId('token-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close())

  return (wanted) => {
    row = wanted
    error.hidden = true
    setText(byId('token-task', HTMLElement), oneLine(wanted.id))
    dialog.showModal()
  }
}
