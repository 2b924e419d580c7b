import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser } from '../support/browser.js'
import { useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { inline, type Wire } from '../support/wire.js'

const { broker, wire: connectWire, proplet } = useDaemons('all')

const TOKEN = 'a-token-of-24-characters'
const HOSTILE = '<img src=x onerror="document.title=1">'

let browser: Browser
let mqtt: number
let port: number
let wire: Wire
let daemon: ReturnType<typeof proplet>

const start = async () => {
  daemon = proplet(
    mqtt,
    {
      PROPLET_METRICS_ENABLED: 'true',
      PROPLET_METRICS_PORT: String(port),
      PROPLET_UI_ACTIONS: 'true',
      PROPLET_UI_TOKEN: TOKEN,
    },
    { id: 'seen' },
  )
  await daemon.logged('HTTP server for operators is listening')
}

beforeAll(async () => {
  mqtt = await broker('mosquitto')
  port = await freePort()
  wire = await connectWire(mqtt)
  const [started] = await Promise.all([startBrowser(), start(), wire.beats(1)])
  browser = started
  await wire.run({ id: 'added', ...inline('add', 'add'), inputs: [1, 2] })
}, 60_000)
afterAll(() => browser.close())

const WITHIN = { timeout: 15_000 }

/** Opens an up-to-date page; `faults` collects its errors. */
const open = async (options: BrowserContextOptions = {}): Promise<{ page: Page; faults: string[] }> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(`http://127.0.0.1:${port}/`)) faults.push(request.url())
  })
  await page.goto(`http://127.0.0.1:${port}/`)
  await page.waitForSelector('#feed[data-state=live]', WITHIN)
  return { page, faults }
}

const row = (page: Page, id: string) => page.locator('tr.task').filter({ hasText: id })

/** Clicks without waiting for a navigation. */
const press = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => (element as unknown as { click: () => void }).click())

describe('the page in a browser', () => {
  it('shows tasks as they start and end, their live output, the connection and the plots', async () => {
    const { page, faults } = await open()
    expect(await page.textContent('#name')).toBe('seen')
    expect(await page.innerText('#link')).toBe('broker connected')

    await wire.start({ id: 'ticking', ...inline('ticker', '_start'), daemon: true })
    await row(page, 'ticking').locator('.badge[data-phase=running]').waitFor(WITHIN)
    await wire.run({ id: 'sum', ...inline('add', 'add'), inputs: [10, 20] })
    await row(page, 'sum').locator('.badge[data-phase=completed]').waitFor(WITHIN)
    expect(await row(page, 'sum').locator('.result').textContent()).toBe('30')
    await wire.run({ id: 'trapped', ...inline('hostile', 'trap') })
    await row(page, 'trapped').locator('.badge[data-phase=failed]').waitFor(WITHIN)

    await press(page, 'tr.task:has-text("ticking") .open')
    const output = page.locator('#detail pre.output')
    await output.filter({ hasText: 'tick\ntick' }).waitFor(WITHIN)
    const before = (await output.textContent())?.length ?? 0
    await expect.poll(async () => (await output.textContent())?.length, WITHIN).toBeGreaterThan(before)
    await page.keyboard.press('Escape')
    await page.locator('#detail').waitFor({ state: 'hidden' })

    const lines = page.locator('.plot path.line')
    await expect
      .poll(async () => Promise.all((await lines.all()).map((line) => line.getAttribute('d'))), WITHIN)
      .toSatisfy(
        (paths: (string | null)[]) => paths.length === 7 && paths.every((d) => /^M.*L/.test(d ?? '')),
      )
    expect(await page.locator('.strips tbody tr').count()).toBeGreaterThanOrEqual(4)
    expect(await page.locator('.plot svg[role=img]').first().getAttribute('aria-label')).toMatch(
      /^CPU .* host/,
    )

    await page.fill('#search', 'trap')
    await expect.poll(() => page.locator('tr.task').count()).toBe(1)
    expect(faults).toStrictEqual([])
    await page.context().close()
  }, 60_000)

  it('shows hostile names and errors as plain text', async () => {
    await wire.run({ id: HOSTILE, name: '<b>bold</b>\u202etxt', file: inline('add', 'add').file })
    const { page, faults } = await open()
    const hostile = row(page, HOSTILE)
    await hostile.waitFor(WITHIN)
    expect(await hostile.locator('.open').textContent()).toBe(HOSTILE)
    expect(await hostile.locator('.sub').textContent()).toBe('<b>bold</b>\ufffdtxt')
    expect(await page.locator('main img, main b b, .task b').count()).toBe(0)
    await hostile
      .locator('.open')
      .evaluate((element) => (element as unknown as { click: () => void }).click())
    await page.locator('#detail h2').filter({ hasText: '<img' }).waitFor(WITHIN)
    expect(await page.locator('#detail img').count()).toBe(0)
    expect(await page.title()).toBe('seen · Proplet')
    expect(faults).toStrictEqual([])
    await page.context().close()
  }, 60_000)

  it('fits a phone without horizontal scrolling, and has a dark mode', async () => {
    const { page } = await open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    await row(page, 'added').waitFor(WITHIN)
    const [content = NaN, window = NaN] = await page.evaluate<number[]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    )
    expect(content).toBeLessThanOrEqual(window)
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    expect(await ground()).toBe('rgb(14, 17, 22)')
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await ground()).toBe('rgb(244, 246, 249)')
    await page.context().close()
  }, 60_000)

  it('stops a task only for a user with the token', async () => {
    const { page } = await open()
    await wire.start({ id: 'endless', ...inline('hostile', 'spin') })
    await row(page, 'endless').locator('.badge[data-phase=running]').waitFor(WITHIN)
    await press(page, 'tr.task:has-text("endless") .stop button')
    await page.fill('#token-input', 'not-the-token-of-this-one')
    await page.keyboard.press('Enter')
    await page.locator('#token-error').filter({ hasText: 'wrong token' }).waitFor(WITHIN)
    expect(wire.resultsOf('endless')).toHaveLength(0)
    await page.fill('#token-input', TOKEN)
    await page.keyboard.press('Enter')
    expect(await wire.result('endless')).toMatchObject({ error: 'task stopped' })
    await row(page, 'endless').locator('.badge[data-phase=stopped]').waitFor(WITHIN)
    await page.locator('#token').waitFor({ state: 'hidden' })
    await page.context().close()
  }, 60_000)

  it('reconnects after a restart of the proplet', async () => {
    const { page, faults } = await open()
    await row(page, 'added').waitFor(WITHIN)
    daemon.process.kill('SIGKILL')
    await page.locator('#feed[data-state=down]').waitFor(WITHIN)
    await start()
    await page.locator('#feed[data-state=live]').waitFor({ timeout: 30_000 })
    await expect.poll(() => row(page, 'added').count(), WITHIN).toBe(0)
    await wire.run({ id: 'after', ...inline('add', 'add'), inputs: [1, 2] })
    await row(page, 'after').locator('.badge[data-phase=completed]').waitFor(WITHIN)
    expect(faults).toStrictEqual([])
    await page.context().close()
  }, 90_000)
})
