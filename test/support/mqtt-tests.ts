import type { AedesOptions } from 'aedes'
import { firstValueFrom, scan, skipWhile } from 'rxjs'
import { startBroker, type Broker, type BrokerOptions } from '../../src/dev/broker.js'
import { connectPeer, type Peer } from '../../src/dev/peer.js'
import type { MqttOptions } from '../../src/io/mqtt/index.js'
import { useCleanup } from './cleanup.js'
import { startMosquitto, type MosquittoOptions } from './mosquitto.js'
import { PREFIX, mqttOptions, openLink } from './mqtt-link.js'
import { startTcpProxy, type Inspect, type Rewrite } from './tcp-proxy.js'

/** Starts what a test of the MQTT link needs; all of it is closed after the test. */
export const useMqtt = () => {
  const cleanup = useCleanup()
  const closing = <T extends { readonly close: () => unknown }>(resource: T): T => {
    cleanup(() => resource.close())
    return resource
  }
  return {
    cleanup,
    broker: async (aedes: AedesOptions = {}, options: BrokerOptions = {}): Promise<Broker> =>
      closing(await startBroker({ ...options, aedes })),
    mosquitto: async (options: MosquittoOptions = {}) => {
      const started = await startMosquitto(options)
      cleanup(() => started.kill())
      return started
    },
    proxy: async (port: number, inspect?: Inspect, rewrite?: Rewrite) =>
      closing(await startTcpProxy(port, inspect, rewrite)),
    open: (port: number, overrides: Partial<MqttOptions> = {}) =>
      closing(openLink(mqttOptions(port, overrides))),
    peer: async (port: number, subtopics: readonly string[], clientId?: string): Promise<Peer> =>
      closing(
        await connectPeer(
          { port, prefix: PREFIX, ...(clientId === undefined ? {} : { clientId }) },
          subtopics,
        ),
      ),
  }
}

/** The texts of the next `n` messages, from now on. */
export const next = (from: Peer, n: number): Promise<string[]> =>
  firstValueFrom(
    from.messages$.pipe(
      scan((texts: string[], { payload }) => [...texts, payload.toString()], []),
      skipWhile((texts) => texts.length < n),
    ),
  )
