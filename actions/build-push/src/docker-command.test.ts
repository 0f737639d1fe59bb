import type { Context } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { docker } from './docker-command.ts';

let seen: Readonly<Record<string, string | undefined>> = {};

function ending(exitCode: number, stderr: string, env: Record<string, string> = {}): Promise<string> {
	const context = {
		env,
		log: { info: () => undefined },
		run: async (_command: string, _arguments: readonly string[], options: { env: typeof seen }) => {
			seen = options.env;
			return { exitCode, stdout: 'ok', stderr };
		},
	} as unknown as Context;
	return docker(['push', 'x'], { attempted: 'Could not push x', env: { ADDED: '1' } }, context);
}

describe('a docker command', () => {
	it('gets the environment of the step without its inputs, among which are secrets', async () => {
		await ending(0, '', { PATH: '/bin', INPUT_SECRETS: 'token=hunter2' });
		expect(seen).toEqual({ PATH: '/bin', ADDED: '1' });
	});

	it.each([
		['no basic auth credentials', 'access-denied', /ecr-login-oidc/],
		["tag invalid: The image tag 'v1' already exists and cannot be overwritten", 'conflict', /reuse/],
		['Cannot connect to the Docker daemon at unix:///var/run/docker.sock.', 'environment', /Start the Docker daemon/],
	])('that ends with "%s" says what to do', async (stderr, code, fix) => {
		await expect(ending(1, stderr)).rejects.toMatchObject({ code, message: expect.stringMatching(fix) });
	});

	it('that ends with anything else repeats its last words about it', async () => {
		const printed = 'step 1\nERROR: failed to solve: exit code: 2\n------\nDockerfile:3\n';
		await expect(ending(1, printed)).rejects.toThrow(
			'Could not push x: docker ended with 1: ERROR: failed to solve: exit code: 2',
		);
	});
});
