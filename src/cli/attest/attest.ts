import * as E from 'fp-ts/lib/Either.js'
import { attesterOf, kbsClientOf } from '../../app/confidential/confidential.js'
import { describeTee } from '../../app/confidential/describe.js'
import type { Config } from '../../io/config/config.js'
import { loadConfig } from '../../io/config/load.js'
import { createLogger, type Logger } from '../../io/log/log.js'
import { messageOf } from '../../model/message-of.js'
import type { Attester } from '../../runtime/confidential/attester.js'
import type { Evidence } from '../../runtime/confidential/evidence/evidence.js'
import type { Words } from '../commands/parse.js'
import { EXIT } from '../output/exits.js'
import { errorLines, warningLines } from '../output/lines.js'

/** Settings that only the daemon needs. */
const IDENTITY = {
  PROPLET_DOMAIN_ID: 'attest',
  PROPLET_CHANNEL_ID: 'attest',
  PROPLET_CLIENT_ID: 'attest',
  PROPLET_CLIENT_KEY: 'attest',
}
const NO_SERVICE = 'https://kbs.invalid'
const NEEDS_SERVICE = /^KBS URI must be configured/

type Loaded = { readonly config: Config; readonly warnings: readonly string[] }

/** If only the service is missing, the findings are shown nevertheless. */
const load = (words: Words, env: NodeJS.ProcessEnv): E.Either<readonly string[], Loaded> => {
  const given = { flags: words.flags, env: { ...IDENTITY, ...env } }
  const loaded = loadConfig(given)
  if (E.isRight(loaded)) return loaded
  const { problems } = loaded.left
  if (!problems.every((problem) => NEEDS_SERVICE.test(problem))) return E.left(problems)
  const again = loadConfig({ ...given, env: { ...given.env, PROPLET_KBS_URI: NO_SERVICE } })
  if (E.isLeft(again)) return E.left(again.left.problems)
  const { config } = again.right
  const confidential = { ...config.confidential, keys: undefined }
  return E.right({ config: { ...config, confidential }, warnings: problems })
}

const MAX_NONCE = 64

const nonceOf = (text: string | undefined): E.Either<string, Buffer | undefined> => {
  if (text === undefined) return E.right(undefined)
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(text) && text.length <= MAX_NONCE * 2
  return isHex
    ? E.right(Buffer.from(text, 'hex'))
    : E.left(`--nonce: expected 1 to ${MAX_NONCE} bytes in hexadecimal`)
}

/** The result of an attempt, or `problem` if it failed. */
type Done<T> = { readonly value?: T; readonly problem?: string }

const tried = async <T>(work: () => Promise<T>): Promise<Done<T>> => {
  try {
    return { value: await work() }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

type Report = {
  readonly config: Config
  readonly attester: Attester
  readonly nonce: Buffer | undefined
  readonly evidence: Done<Evidence> | undefined
  readonly kbs: Done<{ readonly tee: string }> | undefined
}

const textOf = ({ config, attester, nonce, evidence, kbs }: Report): string => {
  const lines = [...describeTee(attester.platform, config.confidential)]
  if (evidence?.value !== undefined && nonce !== undefined) {
    const { tee, json, measurements } = evidence.value
    lines.push(`evidence: ${tee}, ${Buffer.byteLength(json)} bytes, bound to ${nonce.toString('hex')}`)
    for (const [name, value] of Object.entries(measurements)) lines.push(`  ${name}: ${value}`)
  }
  if (evidence?.problem !== undefined) lines.push(`evidence: none: ${evidence.problem}`)
  if (kbs?.value !== undefined) lines.push(`Key Broker Service: accepts this machine as ${kbs.value.tee}`)
  if (kbs?.problem !== undefined) lines.push(`Key Broker Service: ${kbs.problem}`)
  return `${lines.join('\n')}\n`
}

const evidenceText = (nonce: Buffer | undefined, done: Done<Evidence>): string => {
  const { value, problem } = done
  if (value === undefined) return JSON.stringify({ problem })
  const { tee, measurements, json } = value
  const head = JSON.stringify({ tee, nonce: nonce?.toString('hex'), measurements })
  // Its numbers may exceed the range of JavaScript.
  return `${head.slice(0, -1)},"evidence":${json}}`
}

const jsonOf = ({ config, attester, nonce, evidence, kbs }: Report): string => {
  const { platform } = attester
  const { detection, keys } = config.confidential
  const members = [
    `"tee":${JSON.stringify(platform === undefined ? null : { type: platform.kind ?? 'unknown', name: platform.name, sign: platform.sign })}`,
    `"host_signs":${JSON.stringify(detection.hostSigns)}`,
    `"notes":${JSON.stringify(detection.notes)}`,
    `"keys":${JSON.stringify(keys === undefined ? null : keys.type === 'kbs' ? { kbs: keys.url } : { provider: keys.address })}`,
    ...(evidence === undefined ? [] : [`"evidence":${evidenceText(nonce, evidence)}`]),
    ...(kbs === undefined ? [] : [`"kbs":${JSON.stringify(kbs.value ?? { problem: kbs.problem })}`]),
  ]
  return `{${members.join(',')}}\n`
}

const attestTo = async (config: Config, attester: Attester, log: Logger, signal: AbortSignal) => {
  const client = kbsClientOf(config, attester, log)
  if (client === undefined) throw new Error('no Key Broker Service is configured (PROPLET_KBS_URI)')
  try {
    return await client.attest(signal)
  } finally {
    client.close()
  }
}

/** Shows the attestation evidence of this machine; returns the exit code. */
export const attest = async (words: Words, host: NodeJS.Process): Promise<number> => {
  const nonce = nonceOf(words.value('nonce'))
  if (E.isLeft(nonce)) {
    host.stderr.write(errorLines([nonce.left]))
    return EXIT.usage
  }
  const loaded = load(words, host.env)
  if (E.isLeft(loaded)) {
    host.stderr.write(errorLines(loaded.left))
    return EXIT.config
  }
  const { config, warnings } = loaded.right
  host.stderr.write(warningLines(warnings))
  const { log } = await createLogger({ level: 'error' })
  const attester = attesterOf(config, log)
  const { signal } = new AbortController()
  const data = nonce.right
  const evidence = data && (await tried(() => attester.evidence(data, signal)))
  const kbs = words.on.has('kbs') ? await tried(() => attestTo(config, attester, log, signal)) : undefined
  const report = { config, attester, nonce: data, evidence, kbs }
  host.stdout.write(words.on.has('json') ? jsonOf(report) : textOf(report))
  return evidence?.problem === undefined && kbs?.problem === undefined ? EXIT.done : EXIT.failed
}
