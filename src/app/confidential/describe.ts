import type { TeePlatform } from '../../runtime/confidential/attester.js'
import type { ConfidentialConfig } from '../../io/config/config.js'

/** A short description of who unwraps image keys. */
const describeKeys = ({ keys }: Pick<ConfidentialConfig, 'keys'>): string => {
  if (keys === undefined) return 'no Key Broker Service is configured'
  return keys.type === 'kbs'
    ? `keys come from the Key Broker Service at ${new URL(keys.url).host}`
    : `keys are unwrapped by the key provider at ${keys.address}`
}

/** The findings, as sentences. */
export const describeTee = (
  platform: TeePlatform | undefined,
  config: Pick<ConfidentialConfig, 'detection' | 'keys' | 'tee'>,
): readonly string[] => {
  const { hostSigns, notes } = config.detection
  const found =
    platform === undefined
      ? `No TEE${config.tee === 'none' ? ' (PROPLET_TEE=none)' : ' found'}: encrypted tasks are refused`
      : `TEE: ${platform.name}, by ${platform.sign}; ${describeKeys(config)}`
  return [
    found,
    ...(platform === undefined && hostSigns.length > 0
      ? [`This machine can host confidential guests (${hostSigns.join(', ')}), but is not one itself`]
      : []),
    ...notes,
  ]
}
