import { describe, expect, it } from '@jest/globals';
import { effectivePolicy, policyDigest } from './policy.ts';
import { parsePolicy } from './policy-file.ts';

const CONTRACT = `version: 1
block:
  severity: high
  cvss: 9.0
  epss: 0.5
  known-exploited: true
  exploit-available: true
max: { high: 0 }
only-fixed: false
unknown-severity: block
grace-days: { high: 7 }
base-image:
  block: { severity: critical }
ignore:
  - id: CVE-2024-1234
    package: openssl
    reason: not reachable, see SEC-42
    expires: 2026-12-31
repositories:
  legacy/*: { block: { severity: critical } }
`;
const parse = (text: string) => parsePolicy(text, 'policy.yml');

describe('a policy file', () => {
	it('is read as the contract writes it', () => {
		const policy = parse(CONTRACT);
		expect(policy.rules.ignore?.[0]).toMatchObject({ id: 'CVE-2024-1234', expires: '2026-12-31' });
		expect(effectivePolicy(policy, 'team/shop').block.severity).toBe('high');
		expect(effectivePolicy(policy, 'legacy/a/b').block).toEqual({ severity: 'critical' });
		expect(effectivePolicy(policy, 'legacy/a')['base-image']).toMatchObject({ 'only-fixed': false });
	});

	it.each([
		[
			'an unknown key, with the nearest known',
			'version: 1\nonly-fix: true\n',
			/line 2.*only-fix.*did you mean "only-fixed"/,
		],
		['an unknown key deep inside', 'version: 1\nblock: { severty: high }\n', /block\.severty.*did you mean "severity"/],
		['an unknown severity', 'version: 1\nblock: { severity: hi }\n', /block\.severity should be one of critical, high/],
		['a missing version', 'block: { severity: high }\n', /version should be there/],
		['an ignore rule without a reason', 'version: 1\nignore: [{ id: X, expires: never }]\n', /ignore\[0\]\.reason/],
		['an ignore rule without an end', 'version: 1\nignore: [{ id: X, reason: y }]\n', /ignore\[0\]\.expires/],
		[
			'a day that is none',
			'version: 1\nignore: [{ id: X, reason: y, expires: 2026-02-30 }]\n',
			/no day of the calendar/,
		],
		['a block that blocks nothing', 'version: 1\nblock: {}\n', /block/],
		['a switch set to false', 'version: 1\nblock: { known-exploited: false }\n', /known-exploited should be true/],
		['a key given twice', 'version: 1\nmax: {}\nmax: {}\n', /unique/],
		['no YAML', 'version: [1\n', /policy\.yml/],
		['nothing', '', /of type object/],
	])('with %s is refused', (_, text, message) => {
		expect(() => parse(text)).toThrow(message);
	});

	it('tells all that is wrong at once', () => {
		expect(() => parse('version: 1\nonly-fix: true\nmaxx: {}\nblock: { cvss: 11 }\n')).toThrow(
			/only-fix[\s\S]*maxx[\s\S]*cvss|cvss[\s\S]*only-fix[\s\S]*maxx/,
		);
	});

	it('asks the first pattern that matches, in the order of the file', () => {
		const policy = parse('version: 1\nrepositories:\n  "*": { only-fixed: true }\n  "7": { only-fixed: false }\n');
		expect(effectivePolicy(policy, '7')['only-fixed']).toBe(true);
	});

	it('adds the ignore rules of a repository to those for all', () => {
		const ignore = (id: string) => `[{ id: ${id}, reason: r, expires: never }]`;
		const policy = parse(`version: 1\nignore: ${ignore('A')}\nrepositories: { x: { ignore: ${ignore('B')} } }\n`);
		expect(effectivePolicy(policy, 'x').ignore.map(({ id }) => id)).toEqual(['A', 'B']);
		expect(effectivePolicy(policy, 'y').ignore.map(({ id }) => id)).toEqual(['A']);
	});
});

describe('the digest of a policy', () => {
	it('is that of its meaning, not of its writing', () => {
		const digest = (text: string) => policyDigest(effectivePolicy(parse(text), 'x'));
		expect(digest('version: 1\nonly-fixed: true\nblock: { severity: high }\n')).toBe(
			digest('# comment\nblock:\n  severity: high\nversion: 1\n"only-fixed": true\n'),
		);
		expect(digest('version: 1\n')).not.toBe(digest('version: 1\nblock: { severity: low }\n'));
	});
});
