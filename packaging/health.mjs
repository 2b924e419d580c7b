// Whether the proplet of this container is alive, for HEALTHCHECK: asks the server for operators (PROPLET_METRICS_ENABLED).
import { get } from 'node:http'
import process from 'node:process'

const TIMEOUT_MS = 2500

const host = process.env.PROPLET_METRICS_HOST || '127.0.0.1'
const port = process.env.PROPLET_METRICS_PORT || '9092'
const [path = '/livez'] = process.argv.slice(2)

const end = (code, why) => {
  console.log(why)
  process.exit(code)
}

/** An address that stands for all of them is reached at the loopback one. */
const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host

get({ host: reached, port, path, timeout: TIMEOUT_MS, headers: { host: 'localhost' } }, (response) => {
  response.resume()
  end(response.statusCode === 200 ? 0 : 1, `${path}: ${response.statusCode}`)
})
  .on('timeout', () => end(1, `${path}: no answer within ${TIMEOUT_MS} ms`))
  .on('error', (error) => end(1, `${path}: ${error.message}`))
