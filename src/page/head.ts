import type { FeedState } from './feed.js'
import type { Facts, Link, Totals } from '../model/view.js'
import { byId, html, setText } from './dom.js'
import { count, elapsed, oneLine } from './format.js'

const FEED_TEXTS: Readonly<Record<FeedState, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'proplet not reached',
}

/** The page header: the proplet, its connection, and whether the page is up to date. */
export const createHead = () => {
  const name = byId('name', HTMLElement)
  const facts = byId('facts', HTMLElement)
  const link = { box: byId('link', HTMLElement), text: byId('link-text', HTMLElement) }
  const feed = { box: byId('feed', HTMLElement), text: byId('feed-text', HTMLElement) }
  const notice = byId('notice', HTMLElement)
  const said = byId('said', HTMLElement)

  const showLink = (state: Link, broker: string, now: number) => {
    const isUp = state.state === 'up'
    link.box.dataset['state'] = state.state
    link.box.title = broker
    setText(link.text, isUp ? 'broker connected' : 'broker not connected')
    notice.hidden = isUp
    const why = state.reason === '' ? '' : `: ${oneLine(state.reason)}`
    setText(
      notice,
      isUp
        ? ''
        : `Not connected to ${broker}${why} (${elapsed(now - state.since)}). Results wait for the connection.`,
    )
  }

  return {
    drawFacts: (of: Facts) => {
      document.title = `${oneLine(of.propletId)} · Proplet`
      setText(name, oneLine(of.propletId))
      const parts = [
        of.namespace,
        `${of.runtime} runtime`,
        `version ${of.version}`,
        `Node.js ${of.node}`,
        of.broker,
      ]
      setText(facts, parts.map(oneLine).join(' · '))
    },
    drawLink: showLink,
    drawFeed: (state: FeedState) => {
      feed.box.dataset['state'] = state === 'lost' ? 'down' : state
      setText(feed.text, FEED_TEXTS[state])
      document.body.dataset['feed'] = state
      if (state === 'lost') {
        link.box.dataset['state'] = 'unknown'
        setText(link.text, 'broker connection unknown')
        notice.hidden = true
      }
    },
    /** For screen readers. */
    say: (text: string) => setText(said, text),
  }
}

/** The figures below it. */
export const createNumbers = () => {
  const tile = (title: string) => {
    const value = document.createTextNode('–')
    const small = html('small')
    const box = html('div', {}, html('dt', { text: title }), html('dd', {}, value, small))
    return { box, value, small }
  }
  const tiles = {
    running: tile('Running'),
    waiting: tile('Waiting'),
    completed: tile('Completed'),
    failed: tile('Failed'),
    uptime: tile('Up for'),
  }
  byId('numbers', HTMLElement).append(...Object.values(tiles).map(({ box }) => box))
  return (totals: Totals, facts: Facts, now: number) => {
    const { running, waiting, completed, failed, uptime } = tiles
    setText(running.value, count(totals.running))
    setText(running.small, `${count(facts.maxTasks)} slots`)
    running.box.dataset['tone'] = totals.running > 0 ? 'accent' : ''
    setText(waiting.value, count(totals.waiting))
    setText(waiting.small, `of ${count(facts.queueMax)}`)
    setText(completed.value, count(totals.completed))
    setText(completed.small, totals.stopped === 0 ? '' : `${count(totals.stopped)} stopped`)
    setText(failed.value, count(totals.failed))
    failed.box.dataset['tone'] = totals.failed > 0 ? 'bad' : ''
    setText(uptime.value, elapsed(now - facts.startedAt))
  }
}
