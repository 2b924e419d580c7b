import { statSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { codeOf } from '../../model/code-of.js'

export class JournalInUseError extends Error {
  override readonly name = 'JournalInUseError'
  readonly code = 'ERR_JOURNAL_IN_USE'

  constructor() {
    super('another proplet uses it')
  }
}

const listen = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/**
 * Locks a directory for this process, until it unlocks it or ends in any way. Rejects with a
 * `JournalInUseError` if another process has it.
 *
 * The lock is a listening socket, since Node.js has no `flock`. On Linux its name is abstract, so that a killed
 * process leaves nothing behind; a container with a network of its own does not see it.
 */
export const lock = async (directory: string): Promise<() => Promise<void>> => {
  const { dev, ino } = statSync(directory, { bigint: true })
  const isAbstract = process.platform === 'linux'
  const path = isAbstract ? `\0proplet-journal-${dev}-${ino}` : join(directory, 'lock')
  const take = async (): Promise<Server> => {
    try {
      return await listen(path)
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw error
      if (isAbstract || (await isAnswered(path))) throw new JournalInUseError()
      await unlink(path)
      return await listen(path)
    }
  }
  const server = await take()
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
    })
}
