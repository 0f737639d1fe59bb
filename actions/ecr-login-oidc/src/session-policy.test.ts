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
});
