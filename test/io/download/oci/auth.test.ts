import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { gone } from '../../../support/daemon.js'
import { makeCerts, type Certs } from '../../../support/certs.js'
import { PASSWORD, startDockerRegistry, USER, type DockerRegistry } from '../../../support/docker-registry.js'
import { digestOf, pusher } from '../../../support/oci-push.js'
import { sendBody, startWebServer, type Exchange, type WebServer } from '../../../support/web-server.js'
import { downloader, failure, got, serve, temporaryDirectory, wasmOf } from '../harness.js'

const BINARY = wasmOf(5000)
const LAYER = { mediaType: 'application/wasm', bytes: BINARY }
const base64 = (text: string) => Buffer.from(text).toString('base64')
const BASIC = `Basic ${base64(`${USER}:${PASSWORD}`)}`

/** A Docker credentials file in its own directory. */
const authFile = async (config: object): Promise<string> => {
  const file = join(await temporaryDirectory(), 'config.json')
  await writeFile(file, JSON.stringify(config))
  return file
}

/** The proplet's environment as credential helpers see it. */
const env: Record<string, string | undefined> = { PATH: process.env['PATH'] }

/** A Docker credential helper, first in PATH. */
const helper = async (name: string, script: string): Promise<string> => {
  const directory = await temporaryDirectory()
  const file = join(directory, `docker-credential-${name}`)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  const path = env['PATH']
  env['PATH'] = `${directory}:${path ?? ''}`
  onTestFinished(() => {
    env['PATH'] = path
  })
  return directory
}

describe('a registry that requires a user name and password', () => {
  let registry: DockerRegistry
  beforeAll(async () => {
    registry = await startDockerRegistry('basic')
    await pusher(registry.host, () => Promise.resolve(BASIC)).image('private/add', 'v1', [LAYER])
  })
  afterAll(() => registry.kill())

  const open = async (config: object | undefined) => {
    const options = config === undefined ? {} : { authFile: await authFile(config), env }
    return (await downloader(options)).open(`${registry.host}/private/add:v1`)
  }

  it.each([
    ['by host', (host: string) => ({ auths: { [host]: { auth: base64(`${USER}:${PASSWORD}`) } } })],
    [
      'by URL',
      (host: string) => ({ auths: { [`http://${host}/v1/`]: { username: USER, password: PASSWORD } } }),
    ],
  ])('gets those of the file, %s', async (_, config) => {
    expect((await got(await open(config(registry.host)))).binary.digest).toBe(digestOf(BINARY))
  })

  it('gets those of a helper, which runs without our variables', async () => {
    const answer = JSON.stringify({ ServerURL: '', Username: USER, Secret: PASSWORD })
    const directory = await helper('tests', `cat > "$0.asked"; env > "$0.env"; echo '${answer}'`)
    env['PROPLET_CLIENT_KEY'] = 'hunter2'
    onTestFinished(() => {
      delete env['PROPLET_CLIENT_KEY']
    })
    const config = { credsStore: 'nobody', credHelpers: { [registry.host]: 'tests' } }
    expect((await got(await open(config))).binary.digest).toBe(digestOf(BINARY))
    const written = (name: string) => readFile(join(directory, `docker-credential-tests.${name}`), 'utf8')
    expect(await written('asked')).toBe(registry.host)
    expect(await written('env')).not.toContain('hunter2')
  })

  it('falls back on the file when the helper has none', async () => {
    await helper('empty', 'echo "credentials not found in native keychain"; exit 1')
    const auths = { [registry.host]: { auth: base64(`${USER}:${PASSWORD}`) } }
    expect((await got(await open({ credsStore: 'empty', auths }))).binary.digest).toBe(digestOf(BINARY))
  })

  it.each([
    ['broken', 'echo secret-of-helper; exit 3', 'docker-credential-broken failed (3)'],
    ['chatty', 'echo \'{"Username":1,"Secret":"secret-of-helper"}\'', 'Username: expected string'],
    ['endless', 'exec yes secret-of-helper', 'docker-credential-endless printed too much'],
  ])('reports a helper that is %s, without its output', async (name, script, message) => {
    await helper(name, script)
    const error = await failure(await open({ credsStore: name }))
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('secret-of-helper')
  })

  it('stops waiting for a helper once nobody wants the image', async () => {
    const directory = await helper('slow', 'echo $$ > "$0.pid"; exec sleep 600')
    const pidFile = join(directory, 'docker-credential-slow.pid')
    const subscription = (await open({ credsStore: 'slow' })).attempt.subscribe()
    const pid = () => readFile(pidFile, 'utf8').then(Number, () => 0)
    await expect.poll(pid, { timeout: 10_000 }).toBeGreaterThan(0)
    subscription.unsubscribe()
    await gone([await pid()])
  })

  it('reports missing or wrong ones', async () => {
    const none = `${registry.host} requires a user name and password, but the Docker configuration has none for it`
    for (const config of [undefined, {}, { auths: {} }, { auths: { 'other.example': { auth: 'YTpi' } } }])
      expect(await failure(await open(config))).toMatchObject({ message: none, transient: false })
    const wrong = await failure(await open({ auths: { [registry.host]: { auth: base64('edge:guess') } } }))
    expect(wrong.message).toContain('401 Unauthorized')
  })

  it('reports a damaged file or a malformed helper, without quoting it', async () => {
    const file = join(await temporaryDirectory(), 'config.json')
    await writeFile(file, '{"auths": {"a": {"auth": "c2VjcmV0"')
    const broken = await downloader({ authFile: file })
    const error = await failure(broken.open(`${registry.host}/private/add:v1`))
    expect(error.message).toContain(`credentials: ${file}: expected`)
    expect((await failure(await open({ credsStore: '../../bin/sh' }))).message).toContain('malformed')
    expect((await failure(await open({ credsStore: 'absent' }))).message).toContain('failed (ENOENT)')
  })
})

describe('a registry that requires a token', () => {
  let certs: Certs
  let registry: DockerRegistry
  let tokens: WebServer
  let isOpen = true

  /** A token that docker-registry accepts, signed with the key of the certificate. */
  const tokenFor = (scope: string): string => {
    const [type = '', name = '', actions = ''] = scope.split(':')
    const now = Math.floor(Date.now() / 1000)
    const x5c = [new X509Certificate(certs.ca.cert).raw.toString('base64')]
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part({
      iss: 'tests',
      sub: USER,
      aud: 'registry.test',
      exp: now + 300,
      nbf: now - 60,
      iat: now - 60,
      jti: randomUUID(),
      access: [{ type, name, actions: actions.split(',') }],
    })}`
    const key = createPrivateKey(certs.ca.key)
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
  const bodyOf = async (request: Exchange['request']): Promise<string> =>
    Buffer.concat(await request.toArray()).toString()
  const answer = async (exchange: Exchange) => {
    const { request } = exchange
    const query = new URL(request.url ?? '', 'http://host').searchParams
    const form = new URLSearchParams(await bodyOf(request))
    const isUser = request.headers.authorization === BASIC || form.get('refresh_token') === 'identity'
    if (!isUser && !isOpen) sendBody(exchange, Buffer.from('{}'), {}, 401)
    else {
      const token = tokenFor(query.get('scope') ?? form.get('scope') ?? '')
      const key = request.method === 'POST' ? 'access_token' : 'token'
      sendBody(exchange, Buffer.from(JSON.stringify({ [key]: token })))
    }
  }
  beforeAll(async () => {
    certs = await makeCerts()
    tokens = await startWebServer((exchange) => void answer(exchange))
    const realm = `${tokens.origin}/token`
    registry = await startDockerRegistry({ token: { realm, certFile: certs.ca.certFile } })
    await pusher(registry.host, (scope) => Promise.resolve(`Bearer ${tokenFor(scope)}`)).image('add', 'v1', [
      LAYER,
    ])
  })
  afterAll(async () => {
    await registry.kill()
    await tokens.close()
    await certs.remove()
  })

  it('gets an anonymous one for public images', async () => {
    isOpen = true
    const { open } = await downloader()
    expect((await got(open(`${registry.host}/add:v1`))).binary.digest).toBe(digestOf(BINARY))
    const asked = new URL(tokens.requests.at(-1)?.url ?? '', tokens.origin)
    expect(Object.fromEntries(asked.searchParams)).toStrictEqual({
      service: 'registry.test',
      scope: 'repository:add:pull',
    })
  })

  it.each([
    ['a user name and password', { auth: base64(`${USER}:${PASSWORD}`) }],
    ['an identity token', { auth: base64('<token>:'), identitytoken: 'identity' }],
  ])('gets one for %s', async (_, entry) => {
    isOpen = false
    const { open } = await downloader({ authFile: await authFile({ auths: { [registry.host]: entry } }) })
    expect((await got(open(`${registry.host}/add:v1`))).binary.digest).toBe(digestOf(BINARY))
  })

  it('reports that there is none', async () => {
    isOpen = false
    const { open } = await downloader()
    expect(await failure(open(`${registry.host}/add:v1`))).toMatchObject({
      message: `GET ${tokens.origin}/token: 401 Unauthorized`,
      transient: false,
    })
  })
})

describe('a hostile challenge', () => {
  const challenged = async (header: string) => {
    const server = await serve(({ response }) => {
      response.writeHead(401, { 'www-authenticate': header })
      response.end()
    })
    const host = `127.0.0.1:${server.port}`
    const file = await authFile({ auths: { [host]: { auth: base64('user:secret') } } })
    const { open } = await downloader({ authFile: file })
    return { server, error: await failure(open(`${host}/a`)) }
  }

  it.each([
    ['Bearer realm="ftp://a/token"', 'not an https URL'],
    ['Bearer realm="http://registry.example/token"', 'not an https URL'],
    ['Bearer service="a"', 'not an https URL'],
    ['Negotiate', 'a kind of authentication that the proplet does not support'],
  ])('%s leads nowhere', async (header, message) => {
    const { error } = await challenged(header)
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('secret')
  })

  it('is answered once only', async () => {
    const { server, error } = await challenged('Basic realm="again"')
    expect(error.message).toContain('401 Unauthorized')
    expect(server.requests).toHaveLength(2)
  })

  it('of a token server that returns none, or too much, is a failure', async () => {
    const bodies = ['{}', '[]', 'no json', '{"token":"a b"}', `{"token":"${'x'.repeat(100_000)}"}`]
    for (const body of bodies) {
      const tokens = await serve((exchange) => sendBody(exchange, Buffer.from(body)))
      const { error } = await challenged(`Bearer realm="${tokens.origin}"`)
      expect(error.message).toMatch(/no token|more than 65536 bytes/)
    }
  })

  it('of another origin does not get the credentials', async () => {
    const elsewhere = await serve(({ response }) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="trap"' })
      response.end()
    })
    const server = await serve(({ response }) => {
      response.writeHead(307, { location: `${elsewhere.origin}/v2/` })
      response.end()
    })
    const host = `127.0.0.1:${server.port}`
    const { open } = await downloader({
      authFile: await authFile({ auths: { [host]: { auth: base64('user:secret') } } }),
    })
    expect((await failure(open(`${host}/a`))).message).toContain('401 Unauthorized')
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toStrictEqual([undefined])
  })
})
