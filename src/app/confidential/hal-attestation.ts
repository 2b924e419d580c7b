import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Attester, TeePlatform } from '../../runtime/confidential/attester.js'
import { padded, type Evidence } from '../../runtime/confidential/evidence/evidence.js'
import type { HalAttestation } from '../../runtime/hal/daemon/options.js'

const VERSION = '0.1.0'

/** TEE information for guests; the first two fields match the Rust proplet. */
const TYPES = { snp: 'AmdSev', tdx: 'IntelTdx', sgx: 'IntelSgx', cca: 'ArmCca', sample: 'Sample' } as const

const typeOf = ({ kind }: TeePlatform): string => (kind === undefined ? 'Unknown' : TYPES[kind])

const digestOfSelf = async (): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream('/proc/self/exe'), hash)
  return hash.digest('hex')
}

/** JSON text: the fields of the Rust proplet plus what a verifier needs. Numbers in the evidence keep their text. */
const textOf = ({ tee, json, measurements }: Evidence, hal: string, data: Uint8Array): string => {
  const known = JSON.stringify({ measurements: { hal, ...measurements }, tee })
  return `${known.slice(0, -1)},"evidence":${json},"report_data":"${padded(data).toString('hex')}"}`
}

/** The evidence for guests of the HAL; undefined outside of a TEE. */
export const halAttestation = ({ platform, evidence }: Attester): HalAttestation | undefined => {
  if (platform === undefined) return undefined
  let self: Promise<string> | undefined
  return {
    platform: { type: typeOf(platform), version: VERSION },
    attest: async (data, signal) => {
      self ??= digestOfSelf()
      return textOf(await evidence(data, signal), await self, data)
    },
  }
}
