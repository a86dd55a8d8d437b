// Creates customers with node-quickbooks, so many at a time; prints what that took as JSON.
const told = JSON.parse(process.argv[2])
const QuickBooks = require(told.package)

QuickBooks.V3_ENDPOINT_BASE_URL = `${told.api_url}/v3/company/`
const oauth = '2.0'
const client = new QuickBooks(
  'id', 'secret', told.access_token, false, told.realm_id, true, false, 75, oauth, 'unused'
)

let next = 0
const began = process.hrtime.bigint()
const cpuBefore = process.cpuUsage()

const createOne = () =>
  new Promise((resolve, reject) => {
    const customer = { DisplayName: `Client ${next++}` }
    client.createCustomer(customer, (error) => (error ? reject(error) : resolve()))
  })

const oneLane = async () => {
  while (next < told.count) await createOne()
}

Promise.all(Array.from({ length: told.in_flight }, oneLane)).then(() => {
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  const used = process.cpuUsage(cpuBefore)
  console.log(JSON.stringify({ seconds, cpu_s: (used.user + used.system) / 1e6 }))
})
