import type { ChannelConfig } from '../../io/config/channel.js'
import { encode } from '../../io/mqtt/encode.js'
import type { Publication } from '../../model/publication.js'
import { CommandFailure } from '../client/failure.js'
import { bytesText } from '../client/units.js'
import { EXIT } from '../output/exits.js'
import type { Source } from './source.js'

const START = 'control/manager/start'

const tooLarge = (what: string, bytes: number, limit: number): CommandFailure =>
  new CommandFailure(
    EXIT.data,
    `${what}: the command would have ${bytesText(bytes)}; expected at most ${bytesText(limit)} (PROPLET_MQTT_MAX_PACKET_SIZE)`,
    'push the binary to a registry and submit its reference',
  )

const base64Bytes = (bytes: number): number => Math.ceil(bytes / 3) * 4

/** The start command for a binary. Throws a `CommandFailure` if it does not fit into a packet. */
export const startMessage = (
  command: object,
  source: Source,
  { identity, mqtt }: ChannelConfig,
): Publication => {
  const limit = mqtt.maxPacketSize
  const what = source.type === 'file' ? JSON.stringify(source.name.slice(0, 200)) : 'the inputs'
  // Checked first, because encoding a very large file would use as much memory again.
  const least = source.type === 'file' ? base64Bytes(source.bytes.length) : 0
  if (least > limit) throw tooLarge(what, least, limit)
  const binary =
    source.type === 'file'
      ? { file: Buffer.from(source.bytes).toString('base64') }
      : { image_url: source.image }
  const publication: Publication = { subtopic: START, payload: { ...command, ...binary }, keep: 'all' }
  const encoded = encode(publication, `m/${identity.domainId}/c/${identity.channelId}`, limit)
  if (encoded.ok) return publication
  if (encoded.cause !== 'size') throw new CommandFailure(EXIT.data, encoded.reason)
  throw tooLarge(what, Buffer.byteLength(JSON.stringify(publication.payload)), limit)
}
