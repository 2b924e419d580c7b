import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A certificate and its key: PEM texts, and their files. */
export type Pair = {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

export type Certs = {
  readonly ca: Pair
  /** For localhost and 127.0.0.1, signed by `ca`. */
  readonly server: Pair
  /** For another name, signed by `ca`. */
  readonly misnamed: Pair
  /** Signed by `ca`. */
  readonly client: Pair
  /** Has signed none of the certificates. */
  readonly otherCa: Pair
  readonly remove: () => Promise<void>
}

/** Creates certificates with openssl, in a directory of their own. */
export const makeCerts = async (): Promise<Certs> => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-certs-'))
  const at = (name: string) => join(directory, name)
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

  const pair = async (name: string): Promise<Pair> => {
    const [certFile, keyFile] = [at(`${name}.crt`), at(`${name}.key`)]
    return { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8'), certFile, keyFile }
  }
  const authority = async (name: string) => {
    const out = ['-keyout', `${name}.key`, '-out', `${name}.crt`]
    await openssl('req', '-x509', ...newKey, ...out, '-days', '2', '-subj', `/CN=${name}`)
    return pair(name)
  }
  const signed = async (name: string, extensions: string) => {
    await writeFile(at(`${name}.ext`), extensions)
    await openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const authorityArgs = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial']
    const out = ['-out', `${name}.crt`, '-days', '2', '-extfile', `${name}.ext`]
    await openssl('x509', '-req', '-in', `${name}.csr`, ...authorityArgs, ...out)
    return pair(name)
  }

  const ca = await authority('ca')
  return {
    ca,
    server: await signed('server', 'subjectAltName=DNS:localhost,IP:127.0.0.1\n'),
    misnamed: await signed('misnamed', 'subjectAltName=DNS:broker.invalid\n'),
    client: await signed('client', 'extendedKeyUsage=clientAuth\n'),
    otherCa: await authority('other-ca'),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
