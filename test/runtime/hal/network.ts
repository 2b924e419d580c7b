import { connect, type AddressInfo, type Server } from 'node:net'
import { onTestFinished } from 'vitest'
import type { TestOptions } from '../embedded/harness.js'

export const EVERYTHING: NonNullable<TestOptions['network']> = {
  rules: [{ host: '*', port: undefined }],
  tls: { ca: undefined, verify: true },
}

/** Connects once the port listens; resolves to the response. */
export const say = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const again = () => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.once('error', (error) => {
        if ('code' in error && error.code === 'ECONNREFUSED') setImmediate(again)
        else reject(error)
      })
      socket.once('connect', () => socket.end(text))
      let found = ''
      socket.on('data', (data: Buffer) => (found += data.toString()))
      socket.once('end', () => resolve(found))
    }
    again()
  })

/** Listens on a free port until the end of the test. */
export const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}
