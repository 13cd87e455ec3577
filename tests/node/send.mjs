// Sends the events of the first argument (a JSON list of [method, message]) with @segment/analytics-node to the router
// whose address and write key follow; prints what became of it as one line of JSON.
import { Analytics } from '@segment/analytics-node'

const [events, host, writeKey] = process.argv.slice(2)
const errors = []
const analytics = new Analytics({ host, writeKey, flushInterval: 50, maxRetries: 2 })
analytics.on('error', (error) => errors.push(String(error.reason?.message ?? error.code)))
for (const [method, message] of JSON.parse(events)) analytics[method](message)
await analytics.closeAndFlush({ timeout: 20000 })
console.log(JSON.stringify({ errors }))
