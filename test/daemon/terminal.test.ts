import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { commands } from '../../src/cli/commands/table.js'
import { childrenOf } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { builtEntry } from '../../src/host/package-root.js'
import { fixturePath } from '../runtime/embedded/harness.js'
import { openTerminal, type Terminal } from '../support/terminal.js'

/** Every command, used in a terminal without any configuration but a running `proplet dev`. */

// each starts several processes
vi.setConfig({ testTimeout: 60_000 })

let home = ''
let shell: Terminal
let site: Terminal
const notice = () => join(home, '.local/state/proplet/dev.toml')

const open = (size?: readonly [number, number]): Promise<Terminal> =>
  openTerminal(
    'bash --norc',
    { HOME: home, PS1: '$ ', HISTFILE: '/dev/null', PATH: `${home}:${process.env['PATH'] ?? ''}` },
    size,
  )

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'proplet-terminal-'))
  writeFileSync(
    join(home, 'proplet'),
    `#!/bin/sh\nexec '${process.execPath}' '${builtEntry('daemon')}' "$@"\n`,
  )
  chmodSync(join(home, 'proplet'), 0o755)
  for (const name of ['add', 'hostile', 'args-env'])
    symlinkSync(fixturePath(name), join(home, `${name}.wasm`))
  ;[shell, site] = await Promise.all([open(), open()])
  await Promise.all([shell.command(`cd ${home}`), site.command(`cd ${home}`)])
}, 60_000)

afterAll(async () => {
  await Promise.all([shell.close(), site.close()])
  rmSync(home, { recursive: true, force: true })
})

const ESCAPE = String.fromCharCode(27)

describe('without a broker', () => {
  it('help and version', async () => {
    const { screen, code } = await shell.command('proplet help')
    expect(code).toBe(0)
    for (const { name } of commands) expect(screen).toMatch(new RegExp(`^  ${name} `, 'm'))
    expect((await shell.command('proplet version')).screen).toMatch(/^propeller-proplet \d/m)
    expect((await shell.command('proplet exec --help')).screen).toContain('Usage: proplet exec [run]')
  })

  it('print-config and check-config', async () => {
    const { screen, code } = await shell.command('PROPLET_CLIENT_KEY=hunter2 proplet check-config')
    expect(code).toBe(78)
    expect(screen).toMatch(/^error: PROPLET_DOMAIN_ID is required/m)
    const identity = 'PROPLET_DOMAIN_ID=d PROPLET_CHANNEL_ID=c PROPLET_CLIENT_ID=i PROPLET_CLIENT_KEY=hunter2'
    const shown = await shell.command(`${identity} proplet print-config | grep client_`)
    expect(shown.screen).toMatch(/^client_key +\*{8} +env PROPLET_CLIENT_KEY$/m)
  })

  it('inspect and exec', async () => {
    expect((await shell.command('proplet inspect add.wasm')).screen).toContain('core module, 41 bytes')
    const { screen, code } = await shell.command('proplet exec --invoke add add.wasm 20 22')
    expect([code, /^42$/m.test(screen)]).toStrictEqual([0, true])
  })

  it('completion', async () => {
    const { code } = await shell.command('source <(proplet completion bash)')
    expect(code).toBe(0)
  })

  it('an unknown command, and a missing broker', async () => {
    expect((await shell.command('proplet wtach')).screen).toContain('did you mean watch?')
    const { screen, code } = await shell.command('proplet submit add.wasm')
    expect(code).toBe(78)
    expect(screen).toContain('no `proplet dev` is running')
  })
})

describe('with proplet dev in another terminal', () => {
  let port = 0
  beforeAll(async () => {
    port = await freePort()
    await site.type(`proplet dev --port ${port} --image demo/add:v1=add.wasm; echo "ended=$?"`)
    await site.keys('Enter')
    await site.sees(/A broker, a registry and a proplet are running/)
  }, 30_000)

  it('dev explains its use, and keeps its key private to the user', async () => {
    const text = await site.sees(/proplet watch/)
    expect(text).toContain(`tcp://127.0.0.1:${port}`)
    expect(text).toContain('demo/add:v1 (add.wasm)')
    const [, key = ''] = /client_key = "(.+)"/.exec(readFileSync(notice(), 'utf8')) ?? []
    expect(key).toHaveLength(32)
    expect(text).not.toContain(key)
    expect(statSync(notice()).mode & 0o777).toBe(0o600)
  })

  it('submit, stop and invoke need no configuration', async () => {
    const ran = await shell.command('proplet submit add.wasm 10 20 --name add --wait 2> /dev/null')
    expect([ran.code, /^30$/m.test(ran.screen)]).toStrictEqual([0, true])
    const image = await shell.command('proplet submit demo/add:v1 1 2 --name add --wait')
    expect([image.code, /^3$/m.test(image.screen)]).toStrictEqual([0, true])
    await shell.command('proplet submit add.wasm --name add --id sum --latent')
    expect((await shell.command('proplet invoke sum 20 22')).screen).toMatch(/^42$/m)
    await shell.command('proplet submit hostile.wasm --name spin --id loop')
    expect((await shell.command('proplet stop loop --wait')).screen).toContain('task stopped')
    const trap = await shell.command('proplet submit hostile.wasm --name trap --wait')
    expect([trap.code, /^error: trap: unreachable$/m.test(trap.screen)]).toStrictEqual([1, true])
  })

  it('shows the progress of a task, and Ctrl-C ends the wait', async () => {
    await shell.type('clear; proplet submit hostile.wasm --name spin --id wait --wait; echo "rc=$?"')
    await shell.keys('Enter')
    await shell.sees(/^wait: .*\(\d\.\d s\)$/m)
    await shell.keys('C-c')
    const screen = await shell.sees(/^rc=130$/m)
    expect(screen).toContain('the task keeps running; to stop it: proplet stop wait')
    expect(screen).not.toMatch(/^wait: /m)
    await shell.command('proplet stop wait --wait')
  })

  it('lets no control characters from the network reach the terminal', async () => {
    const evil = '$(printf "\\033]0;evil\\007\\033[31mred")'
    const { screen } = await shell.command(`proplet submit args-env.wasm "${evil}" --wait`)
    expect(screen).toContain('arg 1: \\u001b]0;evil\\u0007\\u001b[31mred')
    expect(await shell.state('#{pane_title}')).not.toContain('evil')
    expect(screen).not.toContain(ESCAPE)
  })

  it('watch shows a table that fits, and leaves the terminal as it was', async () => {
    await shell.type('clear; echo here; proplet watch; echo "rc=$?"')
    await shell.keys('Enter')
    await shell.sees(/^dev-proplet +alive/m)
    expect(await shell.state('#{alternate_on} #{cursor_flag}')).toBe('1 0')
    await shell.sees(/linked$/m)
    await shell.resize(60, 12)
    await shell.sees(/^q quits$/m)
    await expect
      .poll(async () => (await shell.screen()).split('\n').every((line) => line.length <= 60), {
        timeout: 10_000,
      })
      .toBe(true)
    await shell.resize(120, 40)
    await shell.sees(/^PROPLET +STATE .*RUNTIME$/m)
    await shell.keys('q')
    await shell.sees(/^here\nrc=0$/m)
    expect(await shell.state('#{alternate_on} #{cursor_flag}')).toBe('0 1')
    const after = await shell.command('stty -a')
    expect(after.screen).not.toMatch(/-icanon|-echo /)
  })

  it('watch ends at Ctrl-C and at a signal, too', async () => {
    const start = async () => {
      await shell.type('clear; proplet watch; echo "rc=$?"')
      await shell.keys('Enter')
      await shell.sees(/^dev-proplet +alive/m)
    }
    const isClean = async (code: number) => {
      await shell.sees(new RegExp(`^rc=${code}$`, 'm'))
      expect(await shell.state('#{alternate_on} #{cursor_flag}')).toBe('0 1')
    }
    await start()
    await shell.keys('C-c')
    await isClean(0)
    await start()
    const pid = Number(await shell.state('#{pane_pid}'))
    for (const child of childrenOf(pid)) process.kill(child, 'SIGTERM')
    await isClean(143)
  })

  it('watch prints lines into a pipe', async () => {
    await shell.type('clear; proplet watch | head -n 1')
    await shell.keys('Enter')
    await shell.sees(/^\d{4}-\d\d-\d\dT\S+Z proplet dev-proplet alive$/m)
  })

  it('dev ends at Ctrl-C, and leaves nothing behind', async () => {
    await site.keys('C-c')
    await site.sees(/^ended=0$/m)
    expect(existsSync(notice())).toBe(false)
  })
})
