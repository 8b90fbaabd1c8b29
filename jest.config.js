/** Native ESM under Node 24; @swc/jest only strips the types. */
export default {
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {'\\.ts$': ['@swc/jest', {jsc: {parser: {syntax: 'typescript'}, target: 'es2024'}}]},
  globalSetup: '<rootDir>/__tests__/run/setup.ts',
  globalTeardown: '<rootDir>/__tests__/run/teardown.ts',
  maxWorkers: 2,
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/scripts/jest-reporter.js'],
}
