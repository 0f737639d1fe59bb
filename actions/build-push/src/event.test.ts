import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunCommand } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { readEvent } from './event.ts';
import { labelsOf } from './labels.ts';

const noGit: RunCommand = async () => ({ exitCode: 128, stdout: '', stderr: '' });

async function event(env: Record<string, string>, payload: object, run = noGit) {
	const path = join(await mkdtemp(join(tmpdir(), 'event-')), 'event.json');
	await writeFile(path, JSON.stringify(payload));
	return readEvent({ env: { ...env, GITHUB_EVENT_PATH: path }, run });
}

describe('the event of a run', () => {
	it('dates the commit by itself, in its own time zone', async () => {
		const found = await event(
			{ GITHUB_SHA: 'abc' },
			{ head_commit: { id: 'abc', timestamp: '2026-03-04T10:00:00+02:00' } },
		);
		expect(labelsOf(found, new Map()).get('org.opencontainers.image.created')).toBe('2026-03-04T08:00:00Z');
	});

	it('asks git where it says nothing of this commit', async () => {
		const git: RunCommand = async (_command, given) => ({
			exitCode: given.includes('abc') ? 0 : 1,
			stdout: '2026-03-04T08:00:00Z\n',
			stderr: '',
		});
		const found = await event(
			{ GITHUB_SHA: 'abc' },
			{ head_commit: { id: 'other', timestamp: '2020-01-01T00:00:00Z' } },
			git,
		);
		expect(found.commitDate).toEqual(new Date('2026-03-04T08:00:00Z'));
	});

	it('has no date rather than a wrong one', async () => {
		const found = await event({ GITHUB_SHA: 'abc' }, {});
		expect(found.commitDate).toBeUndefined();
		expect([...labelsOf(found, new Map()).keys()]).toEqual(['org.opencontainers.image.revision']);
	});

	it('is about the pull request, also when it runs on the base branch', async () => {
		const env = { GITHUB_EVENT_NAME: 'pull_request_target', GITHUB_REF: 'refs/heads/main' };
		const found = await event(env, { number: 7, pull_request: { base: { ref: 'main' } } });
		expect(found).toMatchObject({ ref: 'refs/pull/7/merge', baseRef: 'main' });
	});

	it('that cannot be read ends the run', async () => {
		await expect(readEvent({ env: { GITHUB_EVENT_PATH: '/nowhere/event.json' }, run: noGit })).rejects.toThrow(
			/GITHUB_EVENT_PATH/,
		);
	});
});
