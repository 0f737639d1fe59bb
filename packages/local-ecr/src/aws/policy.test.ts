import { describe, expect, it } from '@jest/globals';
import { contextOf } from './context.ts';
import type { Principal } from './credentials.ts';
import { decide, policyProblems } from './policy.ts';

const APP = 'arn:aws:ecr:eu-west-1:111111111111:repository/app';
const SESSION: Principal = {
	account: '111111111111',
	arn: 'arn:aws:sts::111111111111:assumed-role/deploy/run-7',
	userId: 'AROA1:run-7',
	roleArn: 'arn:aws:iam::111111111111:role/deploy',
	tags: { Team: 'payments' },
};
const NOON = Date.parse('2026-06-01T12:00:00Z');
const FACTS = { now: NOON, secure: false, resourceTags: { stage: 'prod' }, requestTags: { owner: 'me', cost: '1' } };

function decisionOn(statement: object, kind: 'identity' | 'resource' = 'identity') {
	const request = {
		principal: SESSION,
		action: 'ecr:PutImage',
		resource: APP,
		context: contextOf(SESSION, APP, FACTS),
	};
	return decide(JSON.stringify({ Statement: [statement] }), kind, request);
}
const on = (Effect: string, Condition: object) => decisionOn({ Effect, Action: 'ecr:*', Resource: '*', Condition });

describe('a policy with conditions', () => {
	it.each([
		[{ StringEquals: { 'aws:PrincipalAccount': ['222222222222', '111111111111'] } }, true],
		[{ StringEquals: { 'aws:PrincipalAccount': '222222222222' } }, false],
		[{ StringNotEquals: { 'aws:PrincipalAccount': '222222222222' } }, true],
		[{ StringNotEquals: { 'aws:PrincipalAccount': ['222222222222', '111111111111'] } }, false],
		[{ StringEqualsIgnoreCase: { 'aws:RequestedRegion': 'EU-WEST-1' } }, true],
		[{ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, false],
		[{ StringLike: { 'aws:userid': '*:run-?' } }, true],
		[{ StringNotLike: { 'aws:userid': '*:run-?' } }, false],
		[{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/dep*' } }, true],
		[{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/dep*' } }, false],
		[{ ArnEquals: { 'aws:PrincipalArn': 'arn:*:deploy' } }, false],
		[{ Bool: { 'aws:SecureTransport': 'true' } }, false],
		[{ Bool: { 'aws:SecureTransport': 'false' } }, true],
		[{ IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.0/8'] } }, true],
		[{ NotIpAddress: { 'aws:SourceIp': '127.0.0.1' } }, false],
		[{ DateLessThan: { 'aws:CurrentTime': '2026-06-01T12:00:01Z' } }, true],
		[{ DateGreaterThanEquals: { 'aws:CurrentTime': '2026-06-01T12:00:01Z' } }, false],
		[{ NumericGreaterThan: { 'aws:EpochTime': String(NOON / 1000 - 1) } }, true],
		[{ NumericLessThanEquals: { 'aws:EpochTime': '0' } }, false],
		[{ StringEquals: { 'aws:PrincipalTag/team': 'payments' } }, true],
		[{ StringEquals: { 'ecr:ResourceTag/stage': 'prod', 'aws:ResourceTag/stage': 'dev' } }, false],
		[{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['owner', 'cost', 'more'] } }, true],
		[{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['owner'] } }, false],
		[{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['owner'] } }, true],
		[{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['other'] } }, false],
		[{ Null: { 'ecr:ResourceTag/none': 'true', 'ecr:ResourceTag/stage': 'false' } }, true],
		[{ StringEquals: { 'aws:SourceVpce': 'vpce-1' } }, false],
		[{ StringEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } }, true],
		[{ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }, true],
	])('evaluates %j', (condition, met) => {
		expect(on('Allow', condition).decision).toBe(met ? 'allowed' : 'silent');
		expect(on('Deny', condition).decision).toBe(met ? 'denied' : 'silent');
	});

	it('opens nothing by what it cannot evaluate, and says what that was', () => {
		const unknown = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } };
		expect(on('Deny', unknown)).toEqual({ decision: 'denied', unknown: ['aws:PrincipalOrgID'] });
		expect(on('Allow', unknown)).toEqual({ decision: 'silent', unknown: ['aws:PrincipalOrgID'] });
		const failsAnyway = { ...unknown, Bool: { 'aws:SecureTransport': 'true' } };
		expect(on('Deny', failsAnyway)).toEqual({ decision: 'silent', unknown: [] });
	});

	it('denies everyone but whom NotPrincipal names', () => {
		const deny = (AWS: string) =>
			decisionOn({ Effect: 'Deny', NotPrincipal: { AWS }, Action: '*' }, 'resource').decision;
		expect(deny('arn:aws:iam::222222222222:root')).toBe('denied');
		expect(deny('arn:aws:iam::111111111111:role/deploy')).toBe('silent');
	});

	it('is refused where a statement would not mean what it looks like', () => {
		const problems = policyProblems(
			JSON.stringify({
				Statement: [
					{ Effect: 'deny', Action: '*', Resource: '*' },
					{ Effect: 'Deny', Action: '*' },
					{ Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringIs: { 'aws:userid': 'x' } } },
				],
			}),
			'identity',
		);
		expect(problems).toEqual([
			'Statement[0]: Effect must be Allow or Deny, not "deny"',
			'Statement[1]: one of Resource and NotResource must be there',
			'Statement[2]: unknown condition operators: StringIs',
		]);
		expect(policyProblems('{}', 'identity')).toHaveLength(1);
	});
});
