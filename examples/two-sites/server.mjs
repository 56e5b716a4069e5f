// Log in at one site, be known at another. Run it with `npm run example -- two-sites`, and open the first address.
import { startAccounts } from './accounts.mjs'
import { startShop } from './shop.mjs'

const port = Number(process.env.PORT ?? 3000)
const accounts = await startAccounts({ port, shop: () => shop })
const shop = await startShop({ port: port === 0 ? 0 : port + 1, accounts })

console.log(`open ${accounts}/ and log in; the orders come from ${shop}/orders`)
