import { mkdtemp, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunCommand, systemClock } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { logInDocker, logOutDocker, nameHelper } from './docker-auth.ts';

const AUTH = Buffer.from('AWS:p').toString('base64');
const LOGIN = { registry: 'r.example', username: 'AWS', password: 'p', expiresAt: new Date('2100-01-01') };

async function world(config?: object) {
	const directory = await mkdtemp(join(tmpdir(), 'docker-'));
	const path = join(directory, 'config.json');
	if (config !== undefined) await writeFile(path, JSON.stringify(config));
	const calls: unknown[][] = [];
	const warnings: string[] = [];
	const run: RunCommand = async (command, commandArguments, { stdin }) => {
		calls.push([command, commandArguments, stdin]);
		return { exitCode: command.endsWith('ecr-login') ? 1 : 0, stdout: 'not implemented', stderr: '' };
	};
	const log = { warning: (message: string) => warnings.push(message) } as never;
	const read = async () => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
	return {
		directory,
		path,
		calls,
		warnings,
		read,
		world: { env: { DOCKER_CONFIG: directory }, run, clock: systemClock, log, mask: () => undefined },
	};
}

describe('logging Docker in', () => {
	it('writes the login where there was no configuration, for nobody else to read', async () => {
		const { path, read, world: given, directory } = await world();
		await logInDocker(path, 'a', [LOGIN], given);
		expect(await read()).toEqual({ auths: { 'r.example': { auth: AUTH } } });
		if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
		expect((await readdir(directory)).sort()).toEqual(['config.json', 'config.json.ecr-pipeline.json']);
	});

	it('keeps everything else that is configured', async () => {
		const {
			path,
			read,
			world: given,
		} = await world({
			auths: { other: { auth: 'x' } },
			currentContext: 'remote',
			plugins: { a: 1 },
		});
		await logInDocker(path, 'a', [LOGIN], given);
		expect(await read()).toEqual({
			auths: { other: { auth: 'x' }, 'r.example': { auth: AUTH } },
			currentContext: 'remote',
			plugins: { a: 1 },
		});
	});

	it('hands the password to the configured store on stdin, never as an argument', async () => {
		const { path, calls, read, world: given } = await world({ credsStore: 'desktop' });
		await logInDocker(path, 'a', [LOGIN], given);
		expect(calls).toEqual([
			[
				'docker-credential-desktop',
				['store'],
				JSON.stringify({ ServerURL: 'r.example', Username: 'AWS', Secret: 'p' }),
			],
		]);
		expect(await read()).toEqual({ credsStore: 'desktop' });
	});

	it('names a store that is not installed, and what to do', async () => {
		const { path, world: given } = await world({ credsStore: 'desktop' });
		const run = async () => Promise.reject(new Error('it is not installed'));
		await expect(logInDocker(path, 'a', [LOGIN], { ...given, run })).rejects.toThrow(
			/docker-credential-desktop.*Install it/,
		);
	});

	it('warns when a helper of the host keeps its own credentials', async () => {
		const { path, warnings, world: given } = await world({ credHelpers: { 'r.example': 'ecr-login' } });
		await logInDocker(path, 'a', [LOGIN], given);
		expect(warnings).toEqual([expect.stringContaining('docker-credential-ecr-login')]);
	});

	it('says that a broken configuration is to be mended, and leaves it alone', async () => {
		const { path, world: given } = await world();
		await writeFile(path, '{ not json');
		await expect(logInDocker(path, 'a', [LOGIN], given)).rejects.toThrow('Mend or remove the file.');
		expect(await readFile(path, 'utf8')).toBe('{ not json');
	});
});

describe('logging Docker out', () => {
	it('erases what the configured store was given, and nothing where the store did not take it', async () => {
		const { path, calls, directory, world: given } = await world({ credsStore: 'desktop' });
		await logInDocker(path, 'a', [LOGIN], given);
		await logOutDocker(path, 'a', given);
		expect(calls.at(-1)).toEqual(['docker-credential-desktop', ['erase'], 'r.example']);
		expect(await readdir(directory)).toEqual(['config.json']);
		const other = await world({ credHelpers: { 'r.example': 'ecr-login' } });
		await logInDocker(other.path, 'a', [LOGIN], other.world);
		await logOutDocker(other.path, 'a', other.world);
		expect(other.calls.map(([, verb]) => verb)).toEqual([['store']]);
		expect(await other.read()).toEqual({ credHelpers: { 'r.example': 'ecr-login' } });
	});

	it('leaves in the store what another job still uses', async () => {
		const { path, calls, world: given } = await world({ credsStore: 'desktop' });
		for (const step of ['a', 'b']) await logInDocker(path, step, [LOGIN], given);
		await logOutDocker(path, 'a', given);
		expect(calls.map(([, verb]) => verb)).toEqual([['store'], ['store']]);
		await logOutDocker(path, 'b', given);
		expect(calls.at(-1)).toEqual(['docker-credential-desktop', ['erase'], 'r.example']);
	});

	it('goes on where a process was killed under the lock', async () => {
		const { path, directory, world: given } = await world({});
		const lock = `${path}.ecr-pipeline.lock`;
		await writeFile(lock, '');
		const past = new Date(Date.now() - 60_000);
		await utimes(lock, past, past);
		await Promise.all(['a', 'b', 'c'].map((step) => logInDocker(path, step, [LOGIN], given)));
		expect((await readdir(directory)).sort()).toEqual(['config.json', 'config.json.ecr-pipeline.json']);
	});

	it('puts back what was there for the host before', async () => {
		const { path, read, world: given } = await world({ auths: { 'r.example': { auth: 'earlier' } } });
		await logInDocker(path, 'a', [LOGIN], given);
		await logOutDocker(path, 'a', given);
		expect(await read()).toEqual({ auths: { 'r.example': { auth: 'earlier' } } });
	});

	it('takes out what was not there before', async () => {
		const { path, read, world: given } = await world({ auths: { other: { auth: 'x' } } });
		await logInDocker(path, 'a', [LOGIN], given);
		await logOutDocker(path, 'a', given);
		expect(await read()).toEqual({ auths: { other: { auth: 'x' } } });
	});

	it('leaves no file behind where there was none', async () => {
		const { path, directory, world: given } = await world();
		await logInDocker(path, 'a', [LOGIN], given);
		await logOutDocker(path, 'a', given);
		expect(await readdir(directory)).toEqual([]);
	});

	it('leaves a login alone that somebody else has written since', async () => {
		const { path, read, world: given } = await world();
		await logInDocker(path, 'a', [LOGIN], given);
		const foreign = { auths: { 'r.example': { auth: 'foreign' } } };
		await writeFile(path, JSON.stringify(foreign));
		await logOutDocker(path, 'a', given);
		expect(await read()).toEqual(foreign);
	});

	it.each([
		['the first leaves first', ['a', 'b']],
		['the last leaves first', ['b', 'a']],
	])('never takes away what another job still uses: %s', async (_name, [first = '', second = '']) => {
		const before = { auths: { 'r.example': { auth: 'earlier' } } };
		const { path, read, directory, world: given } = await world(before);
		await logInDocker(path, 'a', [LOGIN], given);
		await logInDocker(path, 'b', [{ ...LOGIN, password: 'b' }], given);
		await logOutDocker(path, first, given);
		const left = Buffer.from(first === 'a' ? 'AWS:b' : 'AWS:p').toString('base64');
		expect(await read()).toEqual({ auths: { 'r.example': { auth: left } } });
		await logOutDocker(path, second, given);
		expect(await read()).toEqual(before);
		expect(await readdir(directory)).toEqual(['config.json']);
	});

	it('does not wait for a job that was killed before it could log out', async () => {
		const { path, directory, world: given } = await world();
		await logInDocker(path, 'killed', [{ ...LOGIN, expiresAt: new Date(Date.now() - 1) }], given);
		await logInDocker(path, 'a', [{ ...LOGIN, password: 'a' }], given);
		await logOutDocker(path, 'a', given);
		expect(await readdir(directory)).toEqual([]);
	});
});

describe('naming the credential helper', () => {
	it('comes before a store, writes no secret, and goes with the last job', async () => {
		const before = { credsStore: 'desktop', auths: { 'r.example': { auth: 'earlier' } } };
		const { path, read, world: given } = await world(before);
		for (const step of ['a', 'b']) await nameHelper(path, step, ['r.example'], given.clock);
		const named = { credsStore: 'desktop', credHelpers: { 'r.example': 'ecr-pipeline' } };
		expect(await read()).toEqual(named);
		await logOutDocker(path, 'a', given);
		expect(await read()).toEqual(named);
		await logOutDocker(path, 'b', given);
		expect(await read()).toEqual(before);
	});
});

it('lets several jobs of one runner change the file one after another', async () => {
	const { path, read, world: given } = await world();
	const hosts = Array.from({ length: 20 }, (_, index) => `r${index}.example`);
	await Promise.all(hosts.map((registry) => logInDocker(path, registry, [{ ...LOGIN, registry }], given)));
	expect(Object.keys((await read()).auths as object).sort()).toEqual([...hosts].sort());
});
