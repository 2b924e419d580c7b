import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeDirectory } from '../../host/make-directory.js'
import type { DevSite } from './site.js'

/** A file that tells clients how to connect; readable by its owner only. */
export type Notice = { readonly path: string; readonly text: string }

/** Its text: a configuration file with the identity of clients. */
export const noticeText = ({ domainId, channelId, clientId, key }: DevSite, port: number): string =>
  [
    '# Written by `proplet dev`, which removes it when it ends.',
    '[proplet]',
    `mqtt_address = "tcp://127.0.0.1:${port}"`,
    `domain_id = "${domainId}"`,
    `channel_id = "${channelId}"`,
    `client_id = "${clientId}"`,
    `client_key = "${key}"`,
    '',
  ].join('\n')

/** Writes it atomically, replacing an existing file. */
export const postNotice = async (notice: Notice): Promise<Notice> => {
  const directory = dirname(notice.path)
  makeDirectory(directory)
  const temporary = `${notice.path}.${process.pid}`
  await rm(temporary, { force: true })
  await writeFile(temporary, notice.text, { mode: 0o600, flag: 'wx' })
  await chmod(temporary, 0o600)
  await rename(temporary, notice.path)
  return notice
}

/** Removes it, unless it was replaced by another one. */
export const removeNotice = async ({ path, text }: Notice): Promise<void> => {
  if ((await readFile(path, 'utf8')) === text) await rm(path, { force: true })
}
