import type { IConnackPacket } from 'mqtt'
import { NO_LIMITS, type BrokerLimits } from './broker-limits.js'
import { connackReason, isAuthorizationFailure, type MqttVersion } from './reasons.js'

export type Connack =
  | { readonly accepted: true; readonly sessionPresent: boolean; readonly limits: BrokerLimits }
  | { readonly accepted: false; readonly reason: string; readonly unauthorized: boolean }

/** Reads the answer to a CONNECT of this version; a broker that does not support the version answers with its own. */
export const readConnack = (
  { returnCode, reasonCode = returnCode ?? 0, sessionPresent, properties = {} }: IConnackPacket,
  version: MqttVersion,
): Connack =>
  reasonCode === 0
    ? {
        accepted: true,
        sessionPresent,
        limits: {
          receiveMaximum: properties.receiveMaximum ?? NO_LIMITS.receiveMaximum,
          maximumQos: properties.maximumQoS ?? NO_LIMITS.maximumQos,
          maximumPacketBytes: properties.maximumPacketSize ?? NO_LIMITS.maximumPacketBytes,
          sessionExpirySeconds: properties.sessionExpiryInterval,
        },
      }
    : {
        accepted: false,
        reason: connackReason({ code: reasonCode, words: properties.reasonString }, version),
        unauthorized: isAuthorizationFailure(reasonCode),
      }
