// HEALTHCHECK: asks the operators' server (PROPLET_METRICS_ENABLED) whether the proplet of this container is alive.
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

/** A server on all addresses is reached over loopback. */
const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host

get({ host: reached, port, path, timeout: TIMEOUT_MS, headers: { host: 'localhost' } }, (response) => {
  response.resume()
  end(response.statusCode === 200 ? 0 : 1, `${path}: ${response.statusCode}`)
})
  .on('timeout', () => end(1, `${path}: no answer within ${TIMEOUT_MS} ms`))
  .on('error', (error) => end(1, `${path}: ${error.message}`))
