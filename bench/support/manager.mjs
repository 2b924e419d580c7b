// @ts-check
import { DEMO_PREFIX } from '../../dist/dev/daemon.js'
import { connectClient } from './client.mjs'

/** @typedef {{taskId: string, results: unknown, error: string | null, at: number}} Result */

const RESULT_TIMEOUT_MS = 30_000

/**
 * The Manager's side, with as little work per message as possible. Times are those of `performance.now()`.
 * @param {number} port
 */
export const connectManager = async (port) => {
  const client = await connectClient(port)
  /** @type {Map<string, (result: Result) => void>} */
  const waiting = new Map()
  /** @type {Set<() => void>} */
  const onAlive = new Set()
  client.on('message', (topic, payload) => {
    const at = performance.now()
    const body = JSON.parse(payload.toString())
    if (topic.endsWith('/alive')) {
      if (body.status !== 'alive') return
      for (const resolve of onAlive) resolve()
      onAlive.clear()
      return
    }
    const key = body.invocation_id ?? body.task_id
    const settle = waiting.get(key)
    waiting.delete(key)
    settle?.({ taskId: body.task_id, results: body.results, error: body.error, at })
  })
  await client.subscribeAsync(
    ['results', 'invoke_results', 'alive'].map((topic) => `${DEMO_PREFIX}/control/proplet/${topic}`),
    {
      qos: 2,
    },
  )
  let count = 0

  /** @param {string} subtopic @param {object} body */
  const publish = (subtopic, body) =>
    client.publish(`${DEMO_PREFIX}/${subtopic}`, JSON.stringify(body), { qos: 2 })

  /** @param {string} id @returns {Promise<Result>} the next result of a task, or of an invocation */
  const result = (id) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no result of ${id}`)), RESULT_TIMEOUT_MS)
      waiting.set(id, (found) => {
        clearTimeout(timer)
        resolve(found)
      })
    })

  return {
    publish,
    result,
    nextId: () => `task-${++count}`,
    /** @returns {Promise<void>} resolves at the next heartbeat */
    alive: () => new Promise((resolve) => onAlive.add(resolve)),
    /**
     * Runs a task; fails unless the result is the one expected.
     * @param {object} command all but its id
     * @param {unknown} expected
     * @returns {Promise<number>} milliseconds from the publish of the start to the receipt of the result
     */
    time: async (command, expected) => {
      const id = `task-${++count}`
      const answer = result(id)
      const startedAt = performance.now()
      publish('control/manager/start', { id, ...command })
      const { results, error, at } = await answer
      if (error !== null || results !== expected)
        throw new Error(`${id} gave ${JSON.stringify(results)}, error ${JSON.stringify(error)}`)
      return at - startedAt
    },
    /**
     * Invokes a latent task; fails unless the result is the one expected.
     * @param {object} command all but the name of the invocation
     * @param {unknown} expected
     * @returns {Promise<number>} milliseconds from the publish of the command to the receipt of the result
     */
    timeInvoke: async (command, expected) => {
      const invocation = `invocation-${++count}`
      const answer = result(invocation)
      const startedAt = performance.now()
      publish('control/manager/invoke', { ...command, invocation_id: invocation })
      const { results, error, at } = await answer
      if (error !== null || results !== expected)
        throw new Error(`${invocation} gave ${JSON.stringify(results)}, error ${JSON.stringify(error)}`)
      return at - startedAt
    },
    close: () => client.endAsync(true),
  }
}

/** @typedef {Awaited<ReturnType<typeof connectManager>>} Manager */
