import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type DockerRegistry = { readonly host: string; readonly close: () => Promise<void> }

const LISTENING = /listening on (?:127\.0\.0\.1|\[::\]|\[::1\]):(\d+)/

/** Starts the program docker-registry with its images in a directory. Rejects if it is not installed. */
export const startDockerRegistry = async (directory: string): Promise<DockerRegistry> => {
  const file = join(directory, 'registry.yml')
  await writeFile(
    file,
    `version: 0.1\nlog: {level: info}\nstorage: {filesystem: {rootdirectory: ${join(directory, 'registry')}}}\n` +
      'http: {addr: "127.0.0.1:0"}\n',
  )
  const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'close').catch(() => undefined)
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', () =>
      reject(new Error('the program docker-registry is not installed (Debian: apt install docker-registry)')),
    )
    child.once('exit', () => reject(new Error('docker-registry ended at once')))
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = LISTENING.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  return {
    host: `127.0.0.1:${port}`,
    close: async () => {
      child.kill()
      await exited
    },
  }
}
