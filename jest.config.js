/** Native ESM under Node 24; @swc/jest only strips the types. */
export default {
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {'\\.ts$': ['@swc/jest', {jsc: {parser: {syntax: 'typescript'}, target: 'es2024'}}]},
  globalSetup: '<rootDir>/__tests__/run/setup.ts',
  globalTeardown: '<rootDir>/__tests__/run/teardown.ts',
  testSequencer: '<rootDir>/scripts/jest-sequencer.js',
  // Tests often wait for a clock or another process: of two cores a third worker uses what two leave.
  maxWorkers: 3,
  // A worker's memory grows with each file that it ran, and with it what it costs to start a process.
  workerIdleMemoryLimit: '800MB',
  // What hangs ends; what is slow on a busy machine does not fail.
  testTimeout: 240_000,
  reporters: ['default', '<rootDir>/scripts/jest-reporter.js'],
}
