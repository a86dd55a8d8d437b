// What node-quickbooks' own tests need before they load: where QuickBooks is, how to sign in, and
// the two lists they read from `build/`, which the package does not ship. Here those name every
// query and every report the client has.
const fs = require('fs')

const local = JSON.parse(process.env.NODE_QUICKBOOKS_LOCAL)
const QuickBooks = require(local.package)

Object.assign(require(`${local.package}/config`), local.config)
Object.assign(QuickBooks, local.addresses)

const methods = Object.keys(QuickBooks.prototype)
const after = (verb) => methods.filter((m) => m.startsWith(verb)).map((m) => m.slice(verb.length))

const singular = (plural) =>
  [plural.replace(/ies$/, 'y'), plural.replace(/es$/, ''), plural.replace(/s$/, '')].find(
    (name) => QuickBooks.prototype.pluralize(name) === plural
  )

fs.mkdirSync('build')
fs.writeFileSync('build/query.txt', after('find').map(singular).join('\n'))
fs.writeFileSync('build/report.txt', after('report').join('\n'))
