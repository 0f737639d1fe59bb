import { PipelineError, retry } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { stsRetry } from './sts-retry.ts';

function failure(name: string, httpStatusCode = 400): Error {
	return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

/** How often the work is tried when it always fails so, and how long that takes. */
async function tries(error: Error, attempts = 12): Promise<{ count: number; milliseconds: number }> {
	let now = 0;
	let count = 0;
	const clock = {
		now: () => now,
		sleep: async (milliseconds: number) => {
			now += milliseconds;
		},
	};
	const work = async () => {
		count += 1;
		throw error;
	};
	await retry(work, stsRetry({ clock, random: () => 0.999 }, attempts)).catch(() => undefined);
	return { count, milliseconds: now };
}

describe('asking STS again', () => {
	it.each([
		failure('IDPCommunicationErrorException'),
		failure('ThrottlingException'),
		failure('Unknown', 503),
		Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
	])('goes on for what passes by itself, a minute at most: %s', async (error) => {
		const { count, milliseconds } = await tries(error);
		expect(count).toBeGreaterThan(4);
		expect(milliseconds).toBeLessThanOrEqual(60_000);
		expect((await tries(error, 2)).count).toBe(2);
	});

	it('asks three times when refused, within ten seconds', async () => {
		const { count, milliseconds } = await tries(failure('AccessDenied', 403));
		expect(count).toBe(3);
		expect(milliseconds).toBeLessThanOrEqual(10_000);
	});

	it.each(['ExpiredTokenException', 'InvalidIdentityTokenException', 'RequestTimeTooSkewed'])(
		'tries once more after %s',
		async (name) => {
			expect((await tries(failure(name))).count).toBe(2);
		},
	);

	it.each([
		'ValidationError',
		'PackedPolicyTooLargeException',
		'MalformedPolicyDocumentException',
		'RegionDisabledException',
	])('never does after %s', async (name) => {
		expect((await tries(failure(name))).count).toBe(1);
	});

	it('leaves an error that is explained already alone', async () => {
		expect((await tries(new PipelineError({ code: 'service', attempted: 'x' }))).count).toBe(1);
	});
});
