import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { sessionPolicy } from './session-policy.ts';

const PLACE = { partition: 'aws-cn', region: 'cn-north-1', accountId: '111111111111' };

describe('sessionPolicy', () => {
	it('names the repositories in the partition, region and account of the role', () => {
		const policy = JSON.parse(sessionPolicy(['pull'], ['team/*'], [PLACE]));
		expect(policy.Statement).toEqual([
			{ Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: '*' },
			{
				Effect: 'Allow',
				Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
				Resource: ['arn:aws-cn:ecr:cn-north-1:111111111111:repository/team/*'],
			},
		]);
	});

	it('lets pull and scan write nothing', () => {
		const policy = sessionPolicy(['pull', 'scan'], ['app'], [PLACE]);
		expect(policy).not.toMatch(/Put|Upload|Delete|Create/);
	});

	it('names an action once, however many scopes want it', () => {
		const policy = sessionPolicy(['pull', 'push', 'promote'], ['app'], [PLACE]);
		expect(policy.match(/ecr:BatchGetImage/g)).toHaveLength(1);
	});

	it('says how to make a policy smaller that STS would not take', () => {
		const many = Array.from({ length: 40 }, (_, index) => `a-team-with-a-long-name/service-${index}`);
		expect(() => sessionPolicy(['push'], many, [PLACE])).toThrow(
			/has \d+ characters, and STS takes 2048.*pattern such as team/,
		);
	});

	it.each([
		[
			'push',
			'build-push',
			['ecr:CreateRepository', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy', 'ecr:TagResource'],
		],
		['scan', 'wait-for-scan', []],
		['promote', 'promote-by-digest', []],
	] as const)('of the scope %s holds what %s calls, and a token, and nothing else', (scope, action, ownersOnly) => {
		const file = new URL(`../../../iam/${action}.json`, import.meta.url);
		const called = (JSON.parse(readFileSync(file, 'utf8')).permissions as { action: string }[]).map(
			(item) => item.action,
		);
		const { Statement } = JSON.parse(sessionPolicy([scope], ['app'], [PLACE])) as { Statement: { Action: string[] }[] };
		const allowed = Statement.flatMap(({ Action }) => Action);
		const owners: readonly string[] = ownersOnly;
		const wanted = called.filter((name) => !owners.includes(name));
		expect(allowed.sort()).toEqual([...new Set([...wanted, 'ecr:GetAuthorizationToken'])].sort());
	});

	it('names each registry that is logged in to', () => {
		const policy = sessionPolicy(['pull'], ['app'], [PLACE, PLACE, { ...PLACE, accountId: '222222222222' }]);
		expect(policy.match(/:repository\/app/g)).toHaveLength(2);
	});

	it('speaks of ECR Public in its own words', () => {
		const policy = JSON.parse(sessionPolicy(['push'], ['app'], [PLACE], 'public'));
		expect(policy.Statement[0].Action).toEqual(['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken']);
		expect(policy.Statement[1].Resource).toEqual(['arn:aws-cn:ecr-public::111111111111:repository/app']);
		expect(JSON.stringify(policy)).not.toContain('"ecr:');
	});
});
