import { columns } from '../../io/terminal/columns.js'
import { safeLine } from '../client/safe.js'
import { devPrefix, type DevSite } from './site.js'

export type WelcomeFacts = {
  readonly site: DevSite
  readonly port: number
  readonly images: ReadonlyMap<string, string>
  /** Undefined if there is no directory for it, so that clients must be configured by hand. */
  readonly settingsFile: string | undefined
}

/** What is running, and how to use it. */
export const welcome = ({ site, port, images, settingsFile }: WelcomeFacts): string => {
  const served = [...images].map(([image, path]) => `${safeLine(image)} (${safeLine(path)})`)
  const [image = 'IMAGE'] = images.keys()
  const rows = columns([
    ['  broker', `tcp://127.0.0.1:${port}, for this machine, with a key`],
    ['  channel', devPrefix(site)],
    ['  proplet', site.propletId],
    ['  registry', [...served, 'images of other registries, such as localhost:5000/add:v1'].join(', ')],
    ['  settings', settingsFile ?? 'nowhere; set HOME or XDG_STATE_HOME so that clients can find the key'],
  ])
  const another =
    settingsFile === undefined ? '' : `  proplet run --config ${settingsFile} --client-id another\n`
  return (
    `A broker, a registry and a proplet are running; Ctrl-C ends them.\n\n${rows}\n` +
    'In another terminal, without any configuration:\n\n' +
    `  proplet submit FILE.wasm --wait\n  proplet submit ${safeLine(image)} --name F 1 2 --wait\n` +
    `  proplet watch\n${another}\n`
  )
}
