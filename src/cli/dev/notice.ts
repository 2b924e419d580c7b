import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeDirectory } from '../../host/make-directory.js'
import type { DevSite } from './site.js'

/** A file that tells clients how to reach a site; for its owner's eyes only. */
export type Notice = { readonly path: string; readonly text: string }

/** The text of it: a configuration file, with the identity of clients. */
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

/** Writes it in one step, so that nobody reads half of it. A file that is there is replaced. */
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

/** Removes it, unless another one has taken its place. */
export const removeNotice = async ({ path, text }: Notice): Promise<void> => {
  if ((await readFile(path, 'utf8')) === text) await rm(path, { force: true })
}
