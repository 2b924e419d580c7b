import { randomBytes } from 'node:crypto'
import { EMPTY, concat, filter, ignoreElements, map, merge, mergeMap, of, skip, switchMap } from 'rxjs'
import { take, throwError, type Observable } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import { channelLinkOptions } from '../../app/broker-link.js'
import type { ChannelConfig } from '../../io/config/channel.js'
import { openMqtt, type MqttLink, type MqttOptions } from '../../io/mqtt/index.js'
import { describeAddress } from '../../io/mqtt/transport.js'
import { EXIT } from '../output/exits.js'
import { CommandFailure } from './failure.js'

/** How long a command waits for the broker at its end, in milliseconds. */
const LEAVE_MS = 1000

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Required and optional subscriptions of a client. */
export type Topics = { readonly needed: readonly string[]; readonly optional?: readonly string[] }

/**
 * Options for the link of a client. Its MQTT client ID is unique and random, because the broker would end the daemon's
 * connection if it had the same one. User name and password are those of the identity.
 */
export const clientLinkOptions = async (
  config: ChannelConfig,
  { needed, optional = [] }: Topics,
): Promise<MqttOptions> => ({
  ...(await channelLinkOptions(config)),
  // below the 23 characters that every broker accepts (MQTT 3.1.1, section 3.1.3.1)
  clientId: `proplet-cli-${randomBytes(5).toString('hex')}`,
  subscriptions: [...needed, ...optional],
  optional,
  cleanSession: true,
  log: silent,
})

/** Runs `use` over a link that lives as long as it does; fails if the first attempt to connect fails. */
export const linked = <T>(
  options: MqttOptions,
  hint: string | undefined,
  use: (link: MqttLink) => Observable<T>,
): Observable<T> =>
  openMqtt(options).pipe(
    switchMap((link) => {
      const up$ = link.connection$.pipe(
        take(1),
        mergeMap((connection) =>
          connection.state === 'up'
            ? use(link)
            : throwError(
                () =>
                  new CommandFailure(
                    EXIT.unavailable,
                    `no connection to the broker at ${describeAddress(options.address)}: ${connection.reason}`,
                    hint,
                  ),
              ),
        ),
      )
      return concat(up$, link.close(undefined, LEAVE_MS).pipe(ignoreElements()))
    }),
  )

/**
 * Completes once the broker has acknowledged the message; fails if the broker refuses it, or if the link is lost first.
 */
export const deliver = (link: MqttLink, publication: Publication): Observable<never> => {
  const sent$ = link.send(of(publication)).pipe(filter(({ at }) => at !== 'handed'))
  const lost$ = link.connection$.pipe(
    skip(1),
    map(({ state, ...rest }) => ({ state, reason: 'reason' in rest ? rest.reason : '' })),
    filter(({ state }) => state === 'down'),
    mergeMap(({ reason }) =>
      throwError(
        () =>
          new CommandFailure(
            EXIT.unavailable,
            `the connection was lost before the broker had the command: ${reason}`,
            'a broker may close the connection when a message is larger than it accepts',
          ),
      ),
    ),
  )
  return merge(sent$, lost$).pipe(
    take(1),
    mergeMap((delivery) =>
      delivery.at === 'rejected'
        ? throwError(() => new CommandFailure(EXIT.data, `the command was not sent: ${delivery.reason}`))
        : EMPTY,
    ),
  )
}
