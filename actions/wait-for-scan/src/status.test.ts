import { describe, expect, it } from '@jest/globals';
import { standingOf } from './status.ts';

// ECR API reference, ImageScanStatus: all ten.
const EXPECTED: Readonly<Record<string, string>> = {
	PENDING: 'wait',
	IN_PROGRESS: 'wait',
	FINDINGS_UNAVAILABLE: 'wait',
	LIMIT_EXCEEDED: 'wait',
	COMPLETE: 'ready',
	ACTIVE: 'ready',
	FAILED: 'failed',
	UNSUPPORTED_IMAGE: 'unsupported',
	SCAN_ELIGIBILITY_EXPIRED: 'expired',
	IMAGE_ARCHIVED: 'archived',
};

function verdictOn(status: string | undefined, description?: string): string {
	const standing = standingOf(status, description);
	return standing.kind === 'ended' ? standing.ending.state : standing.kind;
}

describe('standingOf', () => {
	it.each(Object.entries(EXPECTED))('takes %s as %s', (status, expected) => {
		expect(verdictOn(status)).toBe(expected);
	});

	it('fails on a status that it does not know, and names it', () => {
		const standing = standingOf('QUEUED');
		expect(standing).toMatchObject({ kind: 'ended', ending: { state: 'failed' } });
		expect(JSON.stringify(standing)).toContain('QUEUED');
	});

	it('waits while there is no status', () => {
		expect(verdictOn(undefined)).toBe('wait');
	});

	it('tells a basic scan that cannot be done from one that went wrong', () => {
		expect(verdictOn('FAILED', "UnsupportedImageError: The operating system 'amzn' is not supported")).toBe(
			'unsupported',
		);
		expect(verdictOn('FAILED', 'Internal error')).toBe('failed');
	});
});
