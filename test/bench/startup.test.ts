import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DIST } from '../integration/world.ts';

describe('the bundle of ecr-login-oidc', () => {
	it.each([/index\.js$/, /helper\.js$/, /post\.js$/])('has at most 1.2 MB with its chunks: %s', (name) => {
		const directory = join(DIST, 'ecr-login-oidc');
		const files = readdirSync(directory).filter((file) => name.test(file));
		const bytes = files.reduce((total, file) => total + statSync(join(directory, file)).size, 0);
		expect(bytes).toBeGreaterThan(0);
		expect(bytes).toBeLessThanOrEqual(1.2 * 1024 * 1024);
	});
});
