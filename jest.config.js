// A test may import any package by its name: the `source` condition leads to the TypeScript, so nothing is built first.
export default {
	roots: ['<rootDir>/packages', '<rootDir>/actions', '<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	testEnvironment: 'node',
	testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
	extensionsToTreatAsEsm: ['.ts'],
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
		],
	},
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	testTimeout: 30_000,
	// A process for each test file: nock patches node:http for the whole process, and files would see each other's patches.
	maxWorkers: 2,
	workerIdleMemoryLimit: '1KB',
};
