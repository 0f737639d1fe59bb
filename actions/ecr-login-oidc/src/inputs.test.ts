import { createInputs } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { readInputs } from './inputs.ts';

function read(values: Record<string, string>, env: Record<string, string> = { AWS_REGION: 'eu-west-1' }) {
	const inputs = createInputs(
		Object.fromEntries(Object.entries(values).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
	);
	const result = readInputs(inputs, env);
	inputs.finish();
	return result;
}

const POLICIES = Array.from({ length: 11 }, (_, index) => `arn:aws:iam::aws:policy/p${index}`).join(',');

describe('inputs of ecr-login-oidc', () => {
	it('takes the region from the environment', () => {
		expect(read({}).region).toBe('eu-west-1');
		expect(read({ 'aws-region': 'us-gov-west-1' }).region).toBe('us-gov-west-1');
	});

	it('reads a chain of roles with external ids', () => {
		const { chain } = read({
			'role-to-assume': 'arn:aws:iam::111111111111:role/hub',
			'role-chain': 'arn:aws:iam::222222222222:role/spoke,external-id=x=1\narn:aws:iam::333333333333:role/leaf',
		});
		expect(chain).toEqual([
			{ arn: 'arn:aws:iam::222222222222:role/spoke', externalId: 'x=1' },
			{ arn: 'arn:aws:iam::333333333333:role/leaf' },
		]);
	});

	it('takes an external id with commas whole', () => {
		const { chain } = read({
			'role-to-assume': 'hub',
			'role-chain': 'arn:aws:iam::222222222222:role/spoke, external-id=a,b',
		});
		expect(chain).toEqual([{ arn: 'arn:aws:iam::222222222222:role/spoke', externalId: 'a,b' }]);
	});

	it.each([
		[{ 'role-to-assume': 'arn:aws:iam::1:role/x' }, 'Input "role-to-assume" is "arn:aws:iam::1:role/x"'],
		[{ 'retry-max-attempts': '0' }, 'from 1 to 100'],
		[{ 'role-duration-seconds': '899' }, 'from 900 to 43200'],
		[{ 'role-session-name': 'has space' }, 'Input "role-session-name"'],
		[{ 'session-scope': 'admin' }, 'allowed: pull, push, scan, promote'],
		[{ 'session-scope': 'pull', 'role-to-assume': 'arn:aws:iam::111111111111:role/x' }, 'Input "repositories"'],
		[{ 'session-scope': 'pull', repositories: 'app' }, 'only together with role-to-assume'],
		[{ 'custom-tags': '["a"]' }, 'a JSON object of strings'],
		[{ registries: 'docker.io' }, 'hosts of ECR registries'],
		[{ 'allowed-account-ids': '123' }, 'twelve digits'],
		[{ 'docker-auth': 'magic' }, 'allowed: config, helper, none'],
		[{ 'registry-type': 'public', registries: '111111111111' }, 'not together with registry-type: public'],
		[{ 'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess' }, 'only together with role-to-assume'],
		[{ 'web-identity-token-file': '/token' }, 'only together with role-to-assume'],
		[{ 'managed-session-policies': 'ReadOnlyAccess', 'role-to-assume': 'x' }, 'ARNs of policies'],
		[{ 'managed-session-policies': POLICIES, 'role-to-assume': 'x' }, 'at most 10'],
		[{ 'role-external-id': 'has space', 'role-to-assume': 'x' }, 'Input "role-external-id"'],
		[{ 'role-chain': 'arn:aws:iam::222222222222:role/x,external=y', 'role-to-assume': 'x' }, 'each line is the ARN'],
		[{ 'aws-profile': 'x' }, 'only together with role-to-assume'],
		[{ 'aws-profile': 'a]b', 'role-to-assume': 'x' }, 'Input "aws-profile"'],
	])('refuses %j', (values, message) => {
		expect(() => read(values)).toThrow(message);
	});

	it('wants a region from somewhere', () => {
		expect(() => read({}, {})).toThrow('Input "aws-region"');
	});
});
