import tseslint from 'typescript-eslint'
import { changedModules, titlesWithoutSubject } from './tools/setup/test-rules.mjs'

/** Code lines, as the style rules count them. */
const size = { skipBlankLines: true, skipComments: true }

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'coverage/**',
      // Faults planted for the checks to find.
      'tools/fixtures/**',
      'data/**',
      '.vectors/**',
      '**/.cache/**',
    ],
  },
  {
    // Every file that is linted, of whatever kind and wherever it lies.
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: { 'max-lines': ['error', { max: 300, ...size }] },
  },
  {
    files: ['**/*.ts', '**/*.tsx', 'tools/**/*.mjs', 'bench/**/*.mjs'],
    ignores: ['vitest.config.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'max-lines-per-function': ['error', { max: 40, ...size }],
      'max-params': ['error', 3],
      'no-console': 'error',
      'no-empty': 'error',
      'no-param-reassign': ['error', { props: false }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'No enums.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // Markup is one expression with an element a line: its length is no complexity.
    files: ['apps/console/src/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 60, ...size }] },
  },
  {
    // The environment is read in one file of each app; the library reads one variable, which names exceptions.
    files: ['src/**/*.ts', 'apps/*/src/**/*.ts'],
    ignores: [
      'src/cli/**',
      'src/key/strength/environment.ts',
      'apps/*/src/configuration/environment.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read it in environment.ts only.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      // A describe() is a function as long as what it describes.
      'max-lines-per-function': 'off',
      'no-console': 'off',
      // Tests hand in what callers in plain JavaScript can, and throw what others throw.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      'no-restricted-syntax': ['error', ...titlesWithoutSubject, ...changedModules],
      // Nest's modules are classes with nothing in them but their decorators.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // And its options are classes, which callers write as plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    // Programs, not a library: they speak to the terminal and read the JSON other tools wrote.
    files: ['tools/**/*.mjs', 'bench/**/*.mjs'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // As in the tests: Nest's options are classes, which callers write as plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
)
