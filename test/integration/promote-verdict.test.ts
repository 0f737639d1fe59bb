import { type Digest, digestOf } from '@ecr-pipeline/core';
import { attachVerdict } from '@ecr-pipeline/ecr';
import { formatVerdict } from '@ecr-pipeline/findings';
import type { ImageRepository } from '@ecr-pipeline/registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BUILD, PRODUCTION, platformImage, push, startWorld, type World } from './promote-world.ts';

const HOUR = 3_600_000;
const POLICY = 'version: 1\nblock: { severity: critical }\nrepositories:\n  judged/*: { only-fixed: true }\n';

let world: World;
let source: ImageRepository;
let digest: Digest;
let count = 0;

beforeAll(async () => {
	world = await startWorld();
	world.file('policy.yml', POLICY);
	world.file('other.yml', 'version: 1\nblock: { severity: low }\n');
});
afterAll(() => world.close());

beforeEach(async () => {
	count += 1;
	await world.create(BUILD, `judged/app-${count}`);
	await world.create(PRODUCTION, `judged/app-${count}`);
	source = await world.repository(world.build, `judged/app-${count}`);
	digest = (await push(source, platformImage(`judged ${count}`, ['linux/amd64']))).digest;
});

interface Parts {
	readonly of?: Digest;
	readonly passed?: boolean;
	/** Hours ago. */
	readonly age?: number;
	readonly policy?: string;
}

function statement({ of = digest, passed = true, age = 1, policy = POLICY }: Parts = {}): string {
	return formatVerdict({
		image: `${source.name}@${of}`,
		digest: of,
		passed,
		policy: {
			uri: 'policy.yml',
			digest: digestOf(policy),
		},
		evidence: [],
		verifiedAt: Date.now() - age * HOUR,
		verifier: { id: 'urn:test', version: '1' },
	});
}

/** As gate-on-findings with attach-verdict does it, with the time that the statement says. */
async function attach(text: string, created?: number): Promise<void> {
	const { predicate } = JSON.parse(text) as { predicate: { timeVerified: string } };
	await attachVerdict(source, digest, text, created ?? Date.parse(predicate.timeVerified));
}

const promote = (inputs: Readonly<Record<string, string>>) =>
	world.run({
		image: `${source.name}@${digest}`,
		to: `${world.production}/${source.repository}`,
		tags: 'v1',
		...inputs,
	});

/** Refused, and nothing copied. */
async function expectRefusal(inputs: Readonly<Record<string, string>>, message: string): Promise<void> {
	const ran = await promote(inputs);
	expect(ran.error).toContain(message);
	expect(Object.keys(ran.counts).filter((operation) => /Put|Upload/.test(operation))).toEqual([]);
}

const attached = { 'require-verdict': 'true' };

describe('a verdict that is attached to the image', () => {
	it('lets it through without any file, and travels along', async () => {
		await attach(statement());
		const ran = await promote(attached);
		expect(ran.error).toBeUndefined();
		expect(ran.images).toMatchObject([{ referrers: [{ outcome: 'copied', kind: 'application/vnd.in-toto+json' }] }]);
		// The next stage requires it in its turn.
		await world.create(PRODUCTION, `judged/next-${count}`);
		const next = await promote({
			...attached,
			image: `${world.production}/${source.repository}@${digest}`,
			to: `${world.production}/judged/next-${count}`,
		});
		expect(next.error).toBeUndefined();
	});

	it('is refused when there is none', async () => {
		await expectRefusal(attached, 'There is no verdict for');
	});

	it('is refused when it says FAILED', async () => {
		await attach(statement({ passed: false }));
		await expectRefusal(attached, 'it says FAILED');
	});

	it('is refused when it is too old', async () => {
		await attach(statement({ age: 25 }));
		await expectRefusal(attached, 'and max-verdict-age is');
	});

	it('is refused when it is about another digest', async () => {
		await attach(statement({ of: digestOf('other') }));
		await expectRefusal(attached, `it is about ${digestOf('other')}`);
	});

	it('that failed stands before an older one that passed', async () => {
		await attach(statement({ age: 2 }));
		await attach(statement({ age: 1, passed: false }));
		await expectRefusal(attached, 'it says FAILED');
	});

	it('that passed stands before an older one that failed', async () => {
		await attach(statement({ age: 2, passed: false }));
		await attach(statement({ age: 1 }));
		expect((await promote(attached)).error).toBeUndefined();
	});

	it('does not become newer by being attached anew', async () => {
		await attach(statement({ age: 1, passed: false }));
		await attach(statement({ age: 2 }), Date.now());
		await expectRefusal(attached, 'and its referrer says');
	});

	it.each([
		['its result', (text: string) => text.replace('"FAILED",', '"PASSED",'), { passed: false }],
		[
			'its subject',
			(text: string) => text.replace(digestOf('other').slice(7), digest.slice(7)),
			{ of: digestOf('other') },
		],
	])('is refused when %s was edited', async (_, edit, parts) => {
		await attach(edit(statement(parts)));
		await expectRefusal(attached, 'as a verdict of gate-on-findings');
	});

	it('is not asked for again where a file is given', async () => {
		const file = world.file(`verdict-${count}.json`, statement());
		expect((await promote({ ...attached, 'verdict-file': file })).error).toBeUndefined();
	});
});

describe('policy-file', () => {
	it('takes a verdict that was reached by exactly this policy, as it holds for the repository', async () => {
		await attach(statement());
		expect((await promote({ 'policy-file': 'policy.yml' })).error).toBeUndefined();
	});

	it('refuses one that was reached by another', async () => {
		await attach(statement());
		await expectRefusal({ 'policy-file': 'other.yml' }, 'it was reached by the policy policy.yml');
	});

	it('refuses one whose policy digest was edited', async () => {
		const other = digestOf('version: 1\n').slice(7);
		const own = digestOf(POLICY).slice(7);
		await attach(statement().replace(own, other));
		await expectRefusal({ 'policy-file': 'policy.yml' }, 'is asked for');
	});

	it('asks for a verdict by itself', async () => {
		await expectRefusal({ 'policy-file': 'policy.yml' }, 'There is no verdict for');
	});

	it('that is not there is named before anything is asked', async () => {
		const ran = await promote({ 'policy-file': 'no.yml' });
		expect(ran.error).toContain('Input "policy-file" is "no.yml"');
		expect(ran.counts).toEqual({});
	});
});
