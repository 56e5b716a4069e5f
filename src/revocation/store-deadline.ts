/** Milliseconds for one question to the store. What it does later does no harm: entries are only ever added. */
export const storeDeadlineMs = 1000
