import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunCommand } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { dockerCredentials } from './docker-config.ts';

const auth = Buffer.from('me:pass:word').toString('base64');

async function ask(
	config: object,
	run: RunCommand = async () => ({ exitCode: 1, stdout: 'credentials not found in native keychain', stderr: '' }),
) {
	const directory = await mkdtemp(join(tmpdir(), 'docker-'));
	await writeFile(join(directory, 'config.json'), JSON.stringify(config));
	return dockerCredentials('r.example', { env: { DOCKER_CONFIG: directory }, run });
}

describe('dockerCredentials', () => {
	it('takes what docker login wrote, and splits at the first colon', async () => {
		expect(await ask({ auths: { 'r.example': { auth } } })).toEqual({ username: 'me', password: 'pass:word' });
	});

	it('finds a host that was written with its scheme', async () => {
		expect(await ask({ auths: { 'https://r.example': { auth } } })).toEqual({ username: 'me', password: 'pass:word' });
	});

	it('asks the helper of the host before anything else', async () => {
		const calls: unknown[] = [];
		const run: RunCommand = async (command, commandArguments, { stdin }) => {
			calls.push([command, commandArguments, stdin]);
			return { exitCode: 0, stdout: '{"Username":"u","Secret":"s"}', stderr: '' };
		};
		const config = {
			credHelpers: { 'r.example': 'ecr-login' },
			credsStore: 'desktop',
			auths: { 'r.example': { auth } },
		};
		expect(await ask(config, run)).toEqual({ username: 'u', password: 's' });
		expect(calls).toEqual([['docker-credential-ecr-login', ['get'], 'r.example']]);
	});

	it.each(['docker.io', 'registry-1.docker.io'])('finds Docker Hub under its own name for %s', async (host) => {
		const directory = await mkdtemp(join(tmpdir(), 'docker-'));
		const config = { auths: { 'https://index.docker.io/v1/': { auth } } };
		await writeFile(join(directory, 'config.json'), JSON.stringify(config));
		const run: RunCommand = async () => ({ exitCode: 1, stdout: '', stderr: '' });
		const found = await dockerCredentials(host, { env: { DOCKER_CONFIG: directory }, run });
		expect(found).toEqual({ username: 'me', password: 'pass:word' });
	});

	it('has nothing for a host that nobody logged in to', async () => {
		expect(await ask({})).toBeUndefined();
	});

	it('does not take a helper that fails for one that has nothing', async () => {
		const run: RunCommand = async () => ({ exitCode: 1, stdout: 'keychain is locked', stderr: '' });
		await expect(ask({ credsStore: 'desktop' }, run)).rejects.toThrow('keychain is locked');
	});
});
