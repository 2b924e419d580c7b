// @ts-check
// The peers of the proplet: wasmtime, another proplet, and the programs that drive them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { findMosquitto, startMosquitto } from './mosquitto.mjs'
import { startHelper } from './processes.mjs'

/** Path of wasmtime's executable. */
export const WASMTIME = process.env['WASMTIME']
/** Path of another proplet's executable, which accepts the same variables. */
export const PEER = process.env['PROPLET_PEER']

const CONNECT_TRIES = 400
const RETRY_MS = 25

/** @param {number} port resolves when somebody listens there */
export const listening = async (port) => {
  for (let i = 0; i < CONNECT_TRIES; i++) {
    const socket = createConnection(port, '127.0.0.1')
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  throw new Error(`nothing listens on port ${port}`)
}

/**
 * Starts a program, which is ended by SIGKILL.
 * @param {string} command @param {readonly string[]} args @param {import('node:child_process').SpawnOptions} [options]
 */
export const startProgram = (command, args, options = {}) => {
  const child = spawn(command, [...args], { stdio: 'ignore', ...options })
  const closed = once(child, 'close')
  return {
    child,
    close: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** Mosquitto if installed, as a broker outside Node.js; else the embedded one. */
export const startBroker = async () => {
  if (findMosquitto() === undefined) {
    const helper = await startHelper('broker.mjs')
    return { name: 'aedes', port: /** @type {number} */ (helper.ready.port), close: helper.close }
  }
  // By default it drops messages beyond 20 unacknowledged ones per client.
  const { port, close } = await startMosquitto(['max_inflight_messages 1000'])
  return { name: 'mosquitto', port, close }
}

/**
 * Runs a program and returns its output; fails if it fails.
 * @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string>}
 */
export const output = async (command, args, env = process.env) => {
  const child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ data) => (text += data))
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ data) => (errors += data))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with status ${code}: ${errors}`)
  return text
}

/**
 * Requests per second, measured by wrk with one thread.
 * @param {number} port @param {number} connections @param {number} seconds
 */
export const wrk = async (port, connections, seconds) => {
  const text = await output('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, `http://127.0.0.1:${port}/`])
  const failures = /Non-2xx[^\n]*|Socket errors[^\n]*/.exec(text)?.[0]
  if (failures !== undefined) throw new Error(`wrk: ${failures}`)
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1] ?? NaN)
}
