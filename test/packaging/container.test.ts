import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { delimiter, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../support/fixtures.js'
import { CONTAINERFILE } from './files.js'

const PATH = [process.env['PATH'], join(ROOT, 'node_modules/.cache/hadolint/bin')].join(delimiter)
const HEALTH = join(ROOT, 'packaging/health.mjs')

describe('the container file', () => {
  it('has nothing that the linter finds', () => {
    const { error, status, stdout } = spawnSync('hadolint', ['--no-color', CONTAINERFILE], {
      encoding: 'utf8',
      env: { PATH },
    })
    expect({ error, status, stdout }).toStrictEqual({ error: undefined, status: 0, stdout: '' })
  })

  it('copies the packed package, and nothing else of the repository', () => {
    const copied = [...readFileSync(CONTAINERFILE, 'utf8').matchAll(/^COPY (?!--from)(.+)$/gm)].map(
      ([, paths = '']) => paths.split(' ')[0],
    )
    const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly name: string }
    expect(copied).toStrictEqual([`${name}-*.tgz`])
  })

  it('runs only programs and files of the package', () => {
    const { name, bin, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly name: string
      readonly bin: Readonly<Record<string, string>>
      readonly files: readonly string[]
    }
    const text = readFileSync(CONTAINERFILE, 'utf8')
    const [, program = ''] = /^ENTRYPOINT \["tini", "--", "(.+)"\]$/m.exec(text) ?? []
    expect(bin).toHaveProperty(program)
    const [, health = ''] = new RegExp(`^ +CMD .*/lib/node_modules/${name}/(.+)"\\]$`, 'm').exec(text) ?? []
    expect(files).toContain(health)
    expect(existsSync(join(ROOT, health))).toBe(true)
  })

  it('runs as a user other than root', () => {
    const users = readFileSync(CONTAINERFILE, 'utf8').match(/^USER .*$/gm)
    expect(users?.at(-1)).toBe('USER 1000:1000')
  })
})

describe('its health check', () => {
  const check = async (status: number): Promise<number | null> => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/livez' ? status : 404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    return ended(port)
  }
  const ended = async (port: number): Promise<number | null> => {
    const { spawn } = await import('node:child_process')
    const child = spawn(process.execPath, [HEALTH], {
      env: { PROPLET_METRICS_PORT: String(port), PROPLET_METRICS_HOST: '0.0.0.0' },
      stdio: 'ignore',
    })
    return new Promise((resolve) => child.once('close', resolve))
  }

  it('follows the answer of the server, and fails without one', async () => {
    expect(await check(200)).toBe(0)
    expect(await check(503)).toBe(1)
    expect(await ended(1)).toBe(1)
  })
})
