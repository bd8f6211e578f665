import { availableParallelism } from 'node:os';

// A cluster test needs an API server: with a KUBECONFIG they run, and make and delete namespaces of their own there.
const withoutCluster = process.env.KUBECONFIG ? [] : ['<rootDir>/test/cluster/'];
if (withoutCluster.length > 0) console.warn('KUBECONFIG is not set: the tests in test/cluster are skipped.');
// The scanners are large, and are asked by a command of their own.
const withoutScan = process.env.SCAN ? [] : ['<rootDir>/test/scan/'];

/** @type {import('jest').Config} */
export default {
  // Most of a test's time is another program's: also two cores are best used by two.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testEnvironment: 'node',
  // For tests and hooks that name no limit of their own: a guard against what never ends, far beyond what a busy machine takes.
  testTimeout: 120_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [...withoutCluster, ...withoutScan],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    // KubeConfig loads hundreds of models that nothing uses. The bundle of the commands has none either.
    '^\\./gen/index\\.js$': '<rootDir>/tools/kube-config.js',
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};
