import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, digestOf } from '@ecr-pipeline/core';
import { formatVerdict } from '@ecr-pipeline/findings';
import { describe, expect, it } from '@jest/globals';
import { assertVerdict } from './verdict.ts';

const DIGEST = digestOf('image');
const HOUR = 3_600_000;
const NOW = Date.parse('2026-06-01T12:00:00Z');
const clock = { now: () => NOW, sleep: async () => undefined };

async function verdictFile(
	parts: Partial<Parameters<typeof formatVerdict>[0]> = {},
	edit = (text: string) => text,
): Promise<string> {
	const path = join(await mkdtemp(join(tmpdir(), 'verdict-')), 'verdict.json');
	const text = formatVerdict({
		image: `r.example/app@${DIGEST}`,
		digest: DIGEST,
		passed: true,
		policy: { uri: 'p.yml', digest: digestOf('policy') },
		evidence: [],
		verifiedAt: NOW - HOUR,
		verifier: { id: 'https://example.com/gate', version: '1' },
		...parts,
	});
	await writeFile(path, edit(text));
	return path;
}

const check = (file: string, policyDigest?: Digest) =>
	assertVerdict(
		{ digest: DIGEST, from: { file }, maxAge: 24 * HOUR, ...(policyDigest === undefined ? {} : { policyDigest }) },
		{ clock },
	);

describe('a verdict', () => {
	it('that passed for exactly this digest lets it through', async () => {
		await expect(check(await verdictFile(), digestOf('policy'))).resolves.toMatchObject({ passed: true });
	});

	it.each([
		['for another digest', { image: `r.example/app@${digestOf('other')}`, digest: digestOf('other') }, 'it is about'],
		['that failed', { passed: false }, 'it says FAILED'],
		['that is too old', { verifiedAt: NOW - 25 * HOUR }, 'max-verdict-age'],
		['from the future', { verifiedAt: NOW + HOUR }, 'in the future'],
	])('%s is refused', async (_what, parts, message) => {
		await expect(check(await verdictFile(parts))).rejects.toThrow(message);
	});

	it('that was edited into something else is refused', async () => {
		const path = await verdictFile({}, (text) => text.replace('PASSED', 'passed'));
		await expect(check(path)).rejects.toThrow('Could not read');
	});

	it('that is not there is refused', async () => {
		await expect(check('/no/such/verdict.json')).rejects.toThrow('Could not read the verdict');
	});
});
