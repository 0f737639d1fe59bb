import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { restoreProfile, writeProfile } from './profile.ts';

const SESSION = {
	region: 'eu-west-1',
	credentials: { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't', expiration: new Date(0) },
};
const WRITTEN = '[build]\naws_access_key_id = ASIA\naws_secret_access_key = s\naws_session_token = t\n';

async function world(credentials?: string) {
	const directory = await mkdtemp(join(tmpdir(), 'profile-'));
	const path = join(directory, 'credentials');
	if (credentials !== undefined) await writeFile(path, credentials);
	const env = { AWS_SHARED_CREDENTIALS_FILE: path, AWS_CONFIG_FILE: join(directory, 'config') };
	return { directory, path, change: join(directory, 'change.json'), context: { env, clock: systemClock } };
}

describe('an AWS profile', () => {
	it('is written for nobody else to read, and leaves nothing behind', async () => {
		const { directory, path, change, context } = await world();
		await writeProfile('build', SESSION, change, context);
		expect(await readFile(path, 'utf8')).toBe(WRITTEN);
		expect(await readFile(join(directory, 'config'), 'utf8')).toBe('[profile build]\nregion = eu-west-1\n');
		if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
		await restoreProfile(change, systemClock);
		expect(await readdir(directory)).toEqual([]);
	});

	it('takes the place of one of the same name, which comes back', async () => {
		const before = '[other]\na = 1\n\n[build]\naws_access_key_id = old\n\n[last]\nb = 2';
		const { path, change, context } = await world(before);
		await writeProfile('build', SESSION, change, context);
		expect(await readFile(path, 'utf8')).toBe(`[other]\na = 1\n\n${WRITTEN}[last]\nb = 2`);
		await restoreProfile(change, systemClock);
		expect(await readFile(path, 'utf8')).toBe(before);
	});

	it('is left alone when somebody has changed it since', async () => {
		const { path, change, context } = await world();
		await writeProfile('build', SESSION, change, context);
		await writeFile(path, '[build]\naws_access_key_id = mine\n');
		await restoreProfile(change, systemClock);
		expect(await readFile(path, 'utf8')).toBe('[build]\naws_access_key_id = mine\n');
	});
});
