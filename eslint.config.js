import js from '@eslint/js'
import {defineConfig, globalIgnores} from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['dist/', '**/built/', 'build/', 'node_modules/', 'data/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', {ignoreRestSiblings: true}], // `{risk: _, ...rest}` leaves one out
      '@typescript-eslint/no-confusing-void-expression': 'off', // `return stop()` ends a branch in one line
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true, allowBoolean: true}],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
      // NaN must refuse, so time tests read `if (!(now < expires)) refuse`: the negation is the point.
      'no-unsafe-negation': 'error',
      'max-params': ['error', 3],
      'max-lines-per-function': ['error', {max: 60, skipBlankLines: true, skipComments: true}],
    },
  },
  {
    files: ['__tests__/**/*.ts', 'benchmarks/**/*.ts'],
    rules: {'max-lines-per-function': 'off'},
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {globals: {process: 'readonly', console: 'readonly', URL: 'readonly'}},
  },
)
