import { doors, outside, service, table } from './table.mjs'

/** @typedef {import('dependency-cruiser').IForbiddenRuleType} Rule */

/**
 * The import table as dependency-cruiser's rules: one for each row, and those that hold everywhere.
 *
 * @returns {Rule[]}
 */
export function rules() {
  return [
    ...table.map(rowRule),
    ...service.rooms.map(roomRule),
    ...doors.map(doorRule),
    ...outside.map(outsideRule),
    ...everywhere,
  ]
}

/**
 * Source files that no row of the table covers, nor a room of the service.
 *
 * @param {readonly string[]} files paths from the root
 */
export function unlisted(files) {
  const { folder, rooms } = service
  const listed = [
    ...table.map((row) => row.from),
    ...rooms.map((room) => `${folder}${room}/`),
    `${folder}main.ts`,
  ]
  return files.filter(
    (file) =>
      (file.startsWith('src/') || file.startsWith(folder)) &&
      !listed.some((from) => file.startsWith(from)),
  )
}

/**
 * @param {import('./table.mjs').Row} row
 * @returns {Rule}
 */
function rowRule(row) {
  const special = table.filter((other) => other !== row && other.from.startsWith(row.from))
  const own = row.from.endsWith('/') ? [row.from] : []
  const allowed = [
    ...[...own, ...(row.may ?? [])].map((path) => `^${escape(path)}`),
    ...(row.builtIns ?? []).map((name) => `^(node:)?${name}$`),
    ...(row.packages ?? []).map((name) => `(^|/)node_modules/(@types/)?${name}/`),
  ]
  const pathNot = special.map((other) => `^${escape(other.from)}`)
  return {
    name: `layer ${row.from}`,
    severity: 'error',
    from: { path: `^${escape(row.from)}`, ...(pathNot.length > 0 && { pathNot }) },
    to: allowed.length > 0 ? { pathNot: allowed } : {},
  }
}

/**
 * @param {string} room
 * @param {number} at
 * @param {readonly string[]} rooms
 * @returns {Rule}
 */
function roomRule(room, at, rooms) {
  const below = rooms.slice(0, at + 1)
  return {
    name: `room ${service.folder}${room}/`,
    severity: 'error',
    from: { path: `^${service.folder}${room}/` },
    to: { path: `^${service.folder}`, pathNot: `^${service.folder}(${below.join('|')})/` },
  }
}

/**
 * @param {import('./table.mjs').Door} door
 * @returns {Rule}
 */
function doorRule({ folder, door }) {
  return {
    name: `one door ${folder}`,
    severity: 'error',
    from: { pathNot: `^${escape(folder)}` },
    to: { path: `^${escape(folder)}`, pathNot: `^${escape(folder + door)}$` },
  }
}

/**
 * @param {string} folder
 * @returns {Rule}
 */
function outsideRule(folder) {
  return {
    name: `by name ${folder}`,
    severity: 'error',
    from: { path: `^(${folder})` },
    to: { path: '.', pathNot: '^$1', dependencyTypes: ['local'] },
  }
}

/** @type {Rule[]} */
const everywhere = [
  { name: 'no cycle', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'not through the own index',
    severity: 'error',
    from: { path: '^(src/.+)/[^/]+$' },
    to: { path: '^$1/index\\.ts$' },
  },
  {
    name: 'not through the own index, from below',
    severity: 'error',
    from: { path: '^src/([^/]+)/.+/' },
    to: { path: '^src/$1/index\\.ts$' },
  },
  {
    name: 'a declared dependency',
    severity: 'error',
    from: {},
    to: {
      dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      // The library by its own name; and a built-in that the oldest Node here does not have yet.
      pathNot: ['^dist/', '^node:sqlite$'],
    },
  },
]

/** @param {string} text */
function escape(text) {
  return text.replaceAll('.', '\\.')
}
