import { describe, expect, it } from '@jest/globals';
import { formatImageReference, isLoopback, parseImageReference } from './reference.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('parseImageReference', () => {
	it.each([
		[
			`111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/app@${DIGEST}`,
			{ registry: '111111111111.dkr.ecr.eu-west-1.amazonaws.com', repository: 'team/app', digest: DIGEST },
		],
		['localhost/app', { registry: 'localhost', repository: 'app' }],
		['127.0.0.1:5000/app:v1', { registry: '127.0.0.1:5000', repository: 'app', tag: 'v1' }],
		['team/app:v1', { repository: 'team/app', tag: 'v1' }],
		[`app:v1@${DIGEST}`, { repository: 'app', tag: 'v1', digest: DIGEST }],
	])('reads %s and writes it back', (text, parsed) => {
		expect(parseImageReference(text)).toEqual(parsed);
		expect(formatImageReference(parsed as never)).toBe(text);
	});

	it.each([
		['App:v1', 'repository name'],
		['app@sha256:12', '64 lower-case'],
		[`app@${DIGEST.toUpperCase()}`, '64 lower-case'],
		['app:a b', 'not a tag'],
		[`a@${DIGEST}@${DIGEST}`, 'more than one'],
		['-x.example/app', 'not a registry host'],
	])('says what is wrong with %s', (text, problem) => {
		expect(parseImageReference(text)).toEqual({ problem: expect.stringContaining(problem) });
	});
});

describe('isLoopback', () => {
	it.each(['localhost', 'localhost:5000', '127.0.0.1:80', '127.9.9.9', '[::1]:5000'])(
		'knows %s as this machine',
		(host) => {
			expect(isLoopback(host)).toBe(true);
		},
	);
	it.each(['128.0.0.1', 'localhost.example', '127.0.0.1.example', '10.0.0.1'])('knows %s as another one', (host) => {
		expect(isLoopback(host)).toBe(false);
	});
});
