import type { DetailMessage, OutputStream } from '../model/view.js'
import { html } from './dom.js'
import { bytes, visible } from './format.js'

/** Maximum number of characters kept on the page. */
const MAX_SHOWN = 64 * 1024
/** Size from which a block ends at its next line end, and size at which it ends anyway. */
const BLOCK = 1024
const MAX_BLOCK = 8192

export type Output = {
  readonly element: HTMLElement
  readonly add: (message: DetailMessage) => void
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (each) => each.charCodeAt(0))

/** Live guest output; follows the end until the user scrolls up. */
export const createOutput = (): Output => {
  const area = html('pre', { class: 'output', attributes: { tabindex: '0', 'aria-label': 'Output' } })
  const follows = html('input', { attributes: { type: 'checkbox' } })
  const decoders: Readonly<Record<OutputStream, TextDecoder>> = {
    stdout: new TextDecoder(),
    stderr: new TextDecoder(),
  }
  let shown = 0
  let lastTop = 0
  follows.checked = true
  area.append(html('span', { class: 'left-out', text: 'nothing yet' }))
  let block: HTMLElement | undefined
  let blockLength = 0

  /** Text is split into blocks of whole lines, so that the browser lays out only the last one again. */
  const put = (className: string, text: string) => {
    if (block === undefined) {
      if (shown === 0) area.replaceChildren()
      block = html('div')
      blockLength = 0
      area.append(block)
    }
    block.append(html('span', { class: className, text }))
    blockLength += text.length
    shown += text.length
    if (blockLength >= BLOCK && (text.endsWith('\n') || blockLength >= MAX_BLOCK)) block = undefined
  }
  const append = (className: string, text: string) => {
    let from = 0
    while (from < text.length) {
      const end = text.indexOf('\n', from + BLOCK) + 1
      const until = Math.min(end === 0 ? text.length : end, from + MAX_BLOCK)
      put(className, text.slice(from, until))
      from = until
    }
    while (shown > MAX_SHOWN && area.firstChild !== null && area.firstChild !== block) {
      shown -= area.firstChild.textContent?.length ?? 0
      area.firstChild.remove()
    }
  }
  area.addEventListener('scroll', () => {
    // New text moves the end away, but only a user scrolls up.
    const { scrollTop } = area
    const isAtEnd = area.scrollHeight - scrollTop - area.clientHeight < 24
    if (isAtEnd || scrollTop < lastTop) follows.checked = isAtEnd
    lastTop = scrollTop
  })
  const toEnd = () =>
    requestAnimationFrame(() => {
      area.scrollTop = area.scrollHeight
    })
  follows.addEventListener('change', () => {
    if (follows.checked) toEnd()
  })
  const element = html(
    'section',
    {},
    html(
      'div',
      { class: 'line-of' },
      html('h3', { text: 'Output' }),
      html('label', {}, follows, document.createTextNode('follow')),
    ),
    area,
  )
  return {
    element,
    add: ({ skipped, pieces }) => {
      const wasFollowing = follows.checked
      if (skipped > 0) append('left-out', `\n… ${bytes(skipped)} omitted …\n`)
      for (const { stream, data } of pieces) {
        const text = decoders[stream].decode(fromBase64(data), { stream: true })
        if (text !== '') append(stream, visible(text))
      }
      if (wasFollowing && pieces.length > 0) toEnd()
    },
  }
}
