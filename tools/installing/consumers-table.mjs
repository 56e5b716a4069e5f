/**
 * One consumer of the package: how it is set up and run.
 *
 * @typedef {{
 *   readonly packages: Readonly<Record<string, string>>,
 *   readonly files: readonly string[],
 *   readonly commands: readonly (readonly [string, ...string[]])[],
 *   readonly expected: RegExp,
 *   readonly manifest?: Readonly<Record<string, unknown>>,
 *   readonly others?: Readonly<Record<string, unknown>>,
 *   readonly starter?: {
 *     readonly packages: Readonly<Record<string, string>>,
 *     readonly command: readonly [string, ...string[]],
 *   },
 * }} Consumer
 *   `packages`: exact versions. `files`: of tools/fixtures/consumers and tools/fixtures/installed. `commands`: programs of
 *   node_modules, run by Node. `expected`: what the last one prints. `others`: further JSON files. `starter`: the
 *   program that makes the project, with its newest packages; `files` go into its src.
 */

const answers = /401 200/
const passes = /Tests: +[1-9]\d* passed, [1-9]\d* total/
const node = { '@types/node': '22.20.5' }
const ts59 = { typescript: '5.9.3', ...node }
const tsc = 'node_modules/typescript/bin/tsc'

/**
 * @param {Readonly<Record<string, unknown>>} options of the compiler
 * @param {string} [program]
 */
function tsconfig(options, program = 'main.ts') {
  const usual = {
    target: 'es2022',
    strict: true,
    types: ['node'],
    outDir: 'out',
    skipLibCheck: true,
  }
  return { 'tsconfig.json': { compilerOptions: { ...usual, ...options }, files: [program] } }
}

/**
 * @param {Readonly<Record<string, unknown>>} options of the compiler
 * @param {Readonly<Record<string, string>>} [packages]
 * @returns {Consumer}
 */
function compiled(options, packages = ts59) {
  return {
    packages,
    files: ['main.ts', 'use.ts'],
    others: tsconfig(options),
    commands: [[tsc], ['out/main.js']],
    expected: answers,
  }
}

/**
 * Bundles `import` and `require` of the package into one program.
 *
 * @param {Readonly<Record<string, string>>} packages
 * @param {readonly [string, ...string[]]} command
 * @param {string} [made] the program
 * @returns {Consumer}
 */
function bundled(packages, command, made = 'out/both.mjs') {
  const files = ['both.mjs', 'half.cjs', 'vite.config.mjs']
  return { packages, files, commands: [command, [made]], expected: answers }
}

/** @param {string} version @returns {Consumer} */
function jest(version) {
  const commands = /** @type {const} */ ([['node_modules/jest/bin/jest.js']])
  return { packages: { jest: version }, files: ['use.test.js'], commands, expected: passes }
}

/**
 * What `nest new` makes, with its own tests and ours beside them.
 *
 * @param {string} version of the program
 * @param {readonly [string, ...string[]]} test
 * @returns {Consumer}
 */
function nestStarter(version, test) {
  const nest = 'node_modules/@nestjs/cli/bin/nest.js'
  return {
    starter: {
      packages: { '@nestjs/cli': version },
      command: [nest, 'new', '--skip-git', '--skip-install', '--package-manager=npm'],
    },
    packages: {},
    files: ['nest.ts', 'nest.spec.ts'],
    commands: [test, [nest, 'build'], ['dist/nest.js']],
    expected: answers,
  }
}

/** @type {Readonly<Record<string, Consumer>>} */
export const consumers = {
  'Jest 29': jest('29.6.3'),
  'Jest 30': jest('30.5.2'),
  'ts-jest': {
    packages: { ...ts59, jest: '30.5.2', 'ts-jest': '29.4.15', '@types/jest': '30.0.0' },
    manifest: { jest: { preset: 'ts-jest' } },
    files: ['use.ts', 'use.spec.ts'],
    others: {
      'tsconfig.json': { compilerOptions: { module: 'commonjs', target: 'es2022', strict: true } },
    },
    commands: [['node_modules/jest/bin/jest.js']],
    expected: passes,
  },
  'ts-node': {
    ...compiled({ module: 'commonjs' }, { ...ts59, 'ts-node': '10.9.2' }),
    commands: [['node_modules/ts-node/dist/bin.js', 'main.ts']],
  },
  node16: compiled({ module: 'node16', moduleResolution: 'node16' }),
  nodenext: compiled({ module: 'nodenext', moduleResolution: 'nodenext' }),
  'node10 of TypeScript 5.9': compiled({ module: 'commonjs', moduleResolution: 'node10' }),
  'node10 of TypeScript 5.2': compiled(
    { module: 'commonjs', moduleResolution: 'node10' },
    { typescript: '5.2.2', ...node },
  ),
  'commonjs of TypeScript 5.9': compiled({ module: 'commonjs' }),
  'commonjs of TypeScript 6': compiled(
    { module: 'commonjs', moduleResolution: 'bundler' },
    { typescript: '6.0.3', ...node },
  ),
  esbuild: bundled({ esbuild: '0.28.2' }, [
    'node_modules/esbuild/bin/esbuild',
    ...['both.mjs', '--bundle', '--platform=node', '--format=esm', '--outfile=out/both.mjs'],
    "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
  ]),
  Rolldown: bundled({ rolldown: '1.3.3' }, [
    'node_modules/rolldown/bin/cli.mjs',
    ...['both.mjs', '--platform', 'node', '--format', 'esm', '--file', 'out/both.mjs'],
  ]),
  Vite: bundled({ vite: '8.4.0' }, [
    'node_modules/vite/bin/vite.js',
    ...['build', '--ssr', 'both.mjs', '--outDir', 'out'],
  ]),
  webpack: bundled(
    { webpack: '5.113.0', 'webpack-cli': '7.3.1' },
    [
      'node_modules/webpack/bin/webpack.js',
      ...['--entry', './both.mjs', '--target', 'node20', '--mode', 'production'],
      ...['--output-path', 'out', '--output-filename', 'both.cjs'],
    ],
    'out/both.cjs',
  ),
  'Nest 11, commonjs': {
    packages: {
      ...{ ...ts59, rxjs: '7.8.2', 'reflect-metadata': '0.2.2' },
      ...{ '@nestjs/common': '11.2.10', '@nestjs/core': '11.2.10' },
      '@nestjs/platform-express': '11.2.10',
    },
    files: ['nest.ts'],
    others: tsconfig(
      { module: 'commonjs', experimentalDecorators: true, emitDecoratorMetadata: true },
      'nest.ts',
    ),
    commands: [[tsc], ['out/nest.js']],
    expected: answers,
  },
  'Nest 11, its starter': nestStarter('11.0.24', ['node_modules/jest/bin/jest.js']),
  'Nest 12, its starter': nestStarter('12.0.8', ['node_modules/vitest/vitest.mjs', 'run']),
}
