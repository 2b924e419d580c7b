// @ts-check
import { ADD, ADD_RESULT } from './modules.mjs'

/** @typedef {{times: number[], seconds: number, refused: number}} Load */

/**
 * @param {import('./manager.mjs').Manager} manager
 * @param {number} from when the task is due, so that a slow answer does not hide how late the next one is
 * @param {Load} load
 */
const send = async (manager, from, load) => {
  const id = manager.nextId()
  const answer = manager.result(id)
  manager.publish('control/manager/start', { id, ...ADD })
  const { results, error, at } = await answer
  if (error === null && results === ADD_RESULT) load.times.push(at - from)
  else load.refused += 1
}

/**
 * Sends tasks at a constant rate, regardless of results (an open loop).
 * @param {import('./manager.mjs').Manager} manager
 * @param {{perSecond: number, seconds: number}} options
 */
export const openLoop = async (manager, { perSecond, seconds }) => {
  /** @type {Load} */
  const load = { times: [], seconds: 0, refused: 0 }
  const startedAt = performance.now()
  const sent = []
  for (let next = 0; next < perSecond * seconds;) {
    const due = Math.min(perSecond * seconds, ((performance.now() - startedAt) / 1000) * perSecond)
    for (; next < due; next++) sent.push(send(manager, startedAt + (next / perSecond) * 1000, load))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(sent)
  load.seconds = (performance.now() - startedAt) / 1000
  return load
}

/**
 * Keeps a constant number of tasks running, each answer followed by the next task (a closed loop).
 * @param {import('./manager.mjs').Manager} manager
 * @param {{atOnce: number, count: number}} options
 */
export const closedLoop = async (manager, { atOnce, count }) => {
  /** @type {Load} */
  const load = { times: [], seconds: 0, refused: 0 }
  const startedAt = performance.now()
  let sent = 0
  const one = async () => {
    while (sent < count) {
      sent += 1
      await send(manager, performance.now(), load)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  load.seconds = (performance.now() - startedAt) / 1000
  return load
}
