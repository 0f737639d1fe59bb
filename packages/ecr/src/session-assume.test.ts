import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { Context } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import type { Session, SessionRequest } from './session.ts';
import { assumeByRole, assumeByToken } from './session-assume.ts';
import type { AssumeAnswer, Sts } from './session-sts.ts';

const ANSWER: AssumeAnswer = {
	Credentials: { AccessKeyId: 'A', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) },
	AssumedRoleUser: { AssumedRoleId: 'r', Arn: 'arn:aws:sts::222222222222:assumed-role/spoke/s' },
};
const REQUEST: SessionRequest = {
	region: 'eu-central-1',
	role: 'arn:aws:iam::111111111111:role/hub',
	audience: 'sts.amazonaws.com',
	sessionName: 's',
	durationSeconds: 7200,
	tags: { Repository: 'o/r', Job: 'build', Team: 'a' },
	droppableTags: ['Job'],
	transitiveTagKeys: ['Team'],
	chain: [
		{ arn: 'arn:aws:iam::222222222222:role/spoke', externalId: 'e' },
		{ arn: 'arn:aws:iam::333333333333:role/leaf' },
	],
	policy: '{"Statement":[]}',
	policyArns: [],
};
const FROM = { credentials: { accessKeyId: 'A' } } as Session;
const notices: string[] = [];
const context = {
	env: {},
	clock: { now: () => 0, sleep: async () => undefined },
	random: () => 0,
	mask: () => undefined,
	log: { notice: (text: string) => notices.push(text) },
} as unknown as Context;
const refusal = (name: string) => Object.assign(new Error('no'), { name, $metadata: {} });

/** An STS that answers in turn, and notes what it was asked. */
function sts(...answers: (AssumeAnswer | Error)[]) {
	const asked: AssumeRoleCommandInput[] = [];
	const tokens: string[] = [];
	const next = async () => {
		const answer = answers.shift() ?? ANSWER;
		if (answer instanceof Error) throw answer;
		return answer;
	};
	const given: Sts = {
		assumeRole: (input) => {
			asked.push(input);
			return next();
		},
		assumeRoleWithWebIdentity: (input) => {
			tokens.push(input.WebIdentityToken ?? '');
			return next();
		},
	};
	return { asked, tokens, given };
}

const hop = (index: number) => ({ role: REQUEST.chain[index] ?? { arn: '' }, index, last: index === 1 });
const keys = (input: AssumeRoleCommandInput | undefined) => input?.Tags?.map(({ Key }) => Key);

describe('a chain of roles', () => {
	it('gives a transitive tag once, since a role that has inherited it must not be given it again', async () => {
		const { asked, given } = sts();
		for (const index of [0, 1]) await assumeByRole(REQUEST, hop(index), FROM, given, context);
		expect(asked.map(keys)).toEqual([
			['Repository', 'Job', 'Team'],
			['Repository', 'Job'],
		]);
		expect(asked.map(({ TransitiveTagKeys }) => TransitiveTagKeys)).toEqual([['Team'], undefined]);
	});

	it('lasts an hour at most, gives each role its own external id, and narrows the last one', async () => {
		const { asked, given } = sts();
		for (const index of [0, 1]) await assumeByRole(REQUEST, hop(index), FROM, given, context);
		expect(asked.map(({ DurationSeconds }) => DurationSeconds)).toEqual([3600, 3600]);
		expect(asked.map(({ ExternalId }) => ExternalId)).toEqual(['e', undefined]);
		expect(asked.map(({ Policy }) => Policy)).toEqual([undefined, REQUEST.policy]);
	});

	it('lets go of the tags that are not needed, once, when all of it is too large', async () => {
		const { asked, given } = sts(refusal('PackedPolicyTooLargeException'));
		await assumeByRole(REQUEST, hop(0), FROM, given, context);
		expect(asked.map(keys)).toEqual([
			['Repository', 'Job', 'Team'],
			['Repository', 'Team'],
		]);
		expect(notices).toEqual([expect.stringContaining('without the tags Job')]);
		const again = sts(refusal('PackedPolicyTooLargeException'), refusal('PackedPolicyTooLargeException'));
		await expect(assumeByRole(REQUEST, hop(0), FROM, again.given, context)).rejects.toThrow('team/*');
		expect(again.asked).toHaveLength(2);
	});
});

describe('a token', () => {
	it('that STS finds stale is replaced by a new one, once', async () => {
		let count = 0;
		const world = {
			...context,
			env: { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://t.example/?a=b', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' },
			send: async () => {
				count += 1;
				return {
					status: 200,
					headers: {},
					body: (await import('node:stream')).Readable.from([Buffer.from(`{"value":"new-${count}"}`)]),
				};
			},
		} as unknown as Context;
		const { tokens, given } = sts(refusal('ExpiredTokenException'));
		await assumeByToken(REQUEST, Promise.resolve('first'), given, world);
		expect(tokens).toEqual(['first', 'new-1']);
		const stale = sts(refusal('InvalidIdentityTokenException'), refusal('InvalidIdentityTokenException'), ANSWER);
		await expect(assumeByToken(REQUEST, Promise.resolve('first'), stale.given, world)).rejects.toThrow();
		expect(stale.tokens).toHaveLength(2);
	});
});
