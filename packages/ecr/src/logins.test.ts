import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { forgetLogins, LOGINS_VARIABLE, type Login, loginFor, readLogins, recordLogins } from './logins.ts';

function login(registry: string, accountId: string): Login {
	return {
		step: registry,
		registry,
		protocol: 'https:',
		accountId,
		region: 'eu-central-1',
		registryCredentials: { username: 'AWS', password: 'p' },
		registryCredentialsExpire: '2030-01-01T00:00:00.000Z',
	};
}

const BUILD = login('build.example', '111111111111');
const PRODUCTION = login('production.example', '222222222222');

async function world() {
	const temporaryDirectory = await mkdtemp(join(tmpdir(), 'logins-'));
	const path = await recordLogins({ env: {}, temporaryDirectory }, [BUILD]);
	return { env: { [LOGINS_VARIABLE]: path }, temporaryDirectory, path };
}

describe('the record of logins', () => {
	it('keeps every login of the job, for nobody else to read', async () => {
		const given = await world();
		await recordLogins(given, [PRODUCTION]);
		expect(await readLogins(given)).toEqual([BUILD, PRODUCTION]);
		if (process.platform !== 'win32') expect((await stat(given.path)).mode & 0o777).toBe(0o600);
	});

	it('replaces a login to the same registry by the same role', async () => {
		const given = await world();
		const again = { ...BUILD, accountId: '333333333333' };
		await recordLogins(given, [again]);
		expect(await readLogins(given)).toEqual([again]);
	});

	it('forgets exactly the logins it is told to, and is gone with the last one', async () => {
		const given = await world();
		await recordLogins(given, [PRODUCTION]);
		await forgetLogins(given.path, 'build.example');
		expect(await readLogins(given)).toEqual([PRODUCTION]);
		await forgetLogins(given.path, 'production.example');
		await expect(stat(given.path)).rejects.toThrow('ENOENT');
	});

	it('is empty for a job that has not logged in', async () => {
		expect(await readLogins({ env: {} })).toEqual([]);
	});
});

describe('several roles for one registry', () => {
	const role = (name: string, repositories?: readonly string[]): Login => ({
		...BUILD,
		step: name,
		...(repositories === undefined ? {} : { repositories }),
		session: { accessKeyId: name, expiration: '2030-01-01T00:00:00.000Z', request: { role: name, chain: [] } as never },
	});

	it('are all kept, and forgotten one by one', async () => {
		const given = await world();
		await recordLogins(given, [role('one')]);
		await recordLogins(given, [role('two')]);
		expect((await readLogins(given)).map(({ step }) => step)).toEqual(['build.example', 'one', 'two']);
		await forgetLogins(given.path, 'one');
		expect((await readLogins(given)).map(({ step }) => step)).toEqual(['build.example', 'two']);
	});

	it('are chosen by what they were narrowed to, the newest first', () => {
		const logins = [role('all'), role('team', ['team/*']), role('app', ['app', 'a.b'])];
		const chosen = (repository?: string) => loginFor(logins, 'build.example', repository)?.step;
		expect(['team/x/y', 'app', 'apple', 'a.b', 'axb', undefined].map(chosen)).toEqual([
			'team',
			'app',
			'all',
			'app',
			'all',
			'app',
		]);
		expect(loginFor(logins, 'other.example', 'app')).toBeUndefined();
		expect(loginFor(logins.slice(1), 'build.example', 'none')?.step).toBe('app');
	});
});
