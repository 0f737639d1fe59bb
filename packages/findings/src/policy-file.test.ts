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
			/line 2, column 1: only-fix .*did you mean "only-fixed"/,
		],
		[
			'an unknown key deep inside',
			'version: 1\nblock: { severty: high }\n',
			/line 2, column 10: block\.severty.*did you mean "severity"/,
		],
		[
			'an unknown severity',
			'version: 1\nblock: { severity: hi }\n',
			/line 2, column 20: block\.severity should be one of critical, high/,
		],
		['a missing version', 'block: { severity: high }\n', /version should be there/],
		[
			'an ignore rule without a reason',
			'version: 1\nignore: [{ id: X, expires: never }]\n',
			/line 2, column 10: ignore\[0\]\.reason/,
		],
		['an ignore rule without an end', 'version: 1\nignore: [{ id: X, reason: y }]\n', /ignore\[0\]\.expires/],
		[
			'a day that is none',
			'version: 1\nignore: [{ id: X, reason: y, expires: 2026-02-30 }]\n',
			/no day of the calendar/,
		],
		['grace without an end', 'version: 1\ngrace-days: { high: 9999999999 }\n', /grace-days\.high should be <= 36500/],
		['a block that blocks nothing', 'version: 1\nblock: {}\n', /block/],
		['a switch set to false', 'version: 1\nblock: { known-exploited: false }\n', /known-exploited should be true/],
		['a key given twice', 'version: 1\nmax: {}\nmax: {}\n', /unique/],
		[
			'an unknown key in the second ignore rule',
			'version: 1\nignore:\n  - { id: X, reason: y, expires: never }\n  - id: Y\n    reasn: z\n    expires: never\n',
			/line 5, column 5: ignore\[1\]\.reasn should be absent.*did you mean "reason"/,
		],
		[
			'an unknown key in an override named by digits',
			'version: 1\nrepositories:\n  "7": { maxx: {} }\n',
			/line 3, column 10: repositories.*maxx.*did you mean "max"/,
		],
		[
			'a justification that OpenVEX does not know',
			'version: 1\nignore: [{ id: X, reason: y, expires: never, justification: no }]\n',
			/justification should be one of component_not_present/,
		],
		['a key of org policies', 'version: 1\naccept: [ignore]\n', /line 2, column 1: accept is a key of org policies/],
		[
			'aliases that grow without bound',
			`version: 1\na: &a [1,1,1,1,1,1,1,1,1]\n${['b', 'c', 'd', 'e', 'f'].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcde'[index]}`).join(',')}]\n`).join('')}`,
			/policy\.yml cannot be used: .*alias/i,
		],
		['no YAML', 'version: [1\n', /policy\.yml/],
		['nothing', '', /of type object/],
	])('with %s is refused', (_, text, message) => {
		expect(() => parse(text)).toThrow(message);
	});

	it('of an organisation says what it accepts', () => {
		expect(parsePolicy('version: 1\naccept: [ignore, vex]\n', 'org.yml', 'org').accept).toEqual(['ignore', 'vex']);
		expect(() => parsePolicy('version: 1\naccept: [all]\n', 'org.yml', 'org')).toThrow(/accept.*one of ignore, vex/);
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
