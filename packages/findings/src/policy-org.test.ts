import { describe, expect, it } from '@jest/globals';
import { evaluate } from './evaluate.ts';
import { effectiveOrgPolicy, effectivePolicy } from './policy.ts';
import { parsePolicy } from './policy-file.ts';
import { loosenings, refuseLoosening } from './policy-org.ts';
import { documentOf, draft, NOW, openssl } from './testing.ts';

const ORG = `version: 1
block: { severity: high, cvss: 9, epss: 0.5 }
max: { high: 1 }
grace-days: { high: 7 }
unknown-severity: high
base-image: { block: { severity: critical }, images: [public.ecr.aws/docker/*] }
`;
const org = (text = ORG) => effectiveOrgPolicy(parsePolicy(text, 'org.yml', 'org'), 'team/shop');
const own = (text: string) => parsePolicy(`version: 1\n${text}`, 'policy.yml');
const keysOf = (text: string, orgText = ORG): string[] =>
	loosenings(own(text), org(orgText), 'team/shop').map(({ key }) => key);

describe('a policy below an org policy', () => {
	it.each([
		['a higher severity', 'block: { severity: critical }', 'block.severity'],
		['a higher CVSS score', 'block: { cvss: 9.5 }', 'block.cvss'],
		['a higher EPSS', 'block: { epss: 0.9 }', 'block.epss'],
		['more tolerated', 'max: { high: 2 }', 'max.high'],
		['some tolerated where the org policy tolerates none', 'max: { critical: 1 }', 'max.critical'],
		['only-fixed', 'only-fixed: true', 'only-fixed'],
		['less for unknown severities', 'unknown-severity: medium', 'unknown-severity'],
		['unknown severities ignored', 'unknown-severity: ignore', 'unknown-severity'],
		['more grace', 'grace-days: { high: 8 }', 'grace-days.high'],
		['looser rules for the base image', 'base-image: { only-fixed: true }', 'base-image.only-fixed'],
		['other base images', 'base-image: { images: ["*"] }', 'base-image.images'],
		['an ignore rule', 'ignore: [{ id: X, reason: r, expires: never }]', 'ignore'],
		['the same in an override', 'repositories: { team/*: { only-fixed: true } }', 'repositories.team/*.only-fixed'],
	])('that has %s is refused, with the key named', (_, text, key) => {
		expect(keysOf(text)).toEqual([key]);
		expect(() => refuseLoosening(own(text), org(), 'team/shop', { own: 'policy.yml', org: 'org.yml' })).toThrow(
			`${key} is `,
		);
	});

	it('may state what is as strict or stricter, and overrides of other repositories', () => {
		const text =
			'block: { severity: low, cvss: 9, known-exploited: true }\nmax: { high: 1 }\nunknown-severity: block\nonly-fixed: false\ngrace-days: { high: 0 }\nbase-image: { block: { severity: critical } }\nrepositories: { other: { only-fixed: true } }\n';
		expect(keysOf(text)).toEqual([]);
	});

	it('may have looser rules for the base image only where the org policy has some', () => {
		expect(keysOf('base-image: { block: { severity: critical } }', 'version: 1\n')).toEqual([
			'base-image.block.severity',
		]);
	});

	it('may ignore where the org policy accepts it', () => {
		const text = 'ignore: [{ id: X, reason: r, expires: never }]';
		expect(keysOf(text, `${ORG}accept: [ignore]\n`)).toEqual([]);
		expect(keysOf(text, `${ORG}accept: [vex]\n`)).toEqual(['ignore']);
	});

	it('has of the org policy what it does not state, ignore rules included', () => {
		const rules = effectivePolicy(own('block: { severity: low }'), 'team/shop', org());
		expect(rules).toMatchObject({ block: { severity: 'low' }, max: { high: 1 }, 'unknown-severity': 'high' });
		expect(rules['base-image']).toMatchObject({ block: { severity: 'critical' }, 'grace-days': { high: 7 } });
	});
});

describe('a finding under both', () => {
	const judge = (ownText: string, orgText: string, findings = [draft({})]) => {
		const orgPolicy = org(orgText);
		return evaluate({
			findings: documentOf(findings),
			policy: effectivePolicy(own(ownText), 'team/shop', orgPolicy),
			orgPolicy,
			vex: [],
			now: NOW,
		});
	};
	const rule = (id = 'CVE-2026-1') => `ignore: [{ id: ${id}, reason: r, expires: never }]\n`;

	it('blocks where either blocks, and says which', () => {
		const byOrg = judge('block: { cvss: 5 }\nunknown-severity: ignore', 'version: 1\n').decisions[0];
		expect(byOrg).toMatchObject({ class: 'blocking', rule: 'org:block.severity' });
		expect(byOrg?.otherPolicy).toMatchObject({ class: 'below-threshold', rule: 'block' });
		const byOwn = judge('block: { severity: medium }', 'version: 1\n', [draft({ givenSeverity: 'MEDIUM' })]);
		expect(byOwn.decisions[0]).toMatchObject({ class: 'blocking', rule: 'block.severity' });
		expect(byOwn.verdict).toBe('failed');
	});

	it('is not let pass by a criterion that the repository adds', () => {
		// The org policy asks for EPSS alone, which is not known, so that unknown-severity decides; a severity that is known
		// would have answered.
		const org = 'version: 1\nblock: { epss: 0.5 }\n';
		expect(judge('block: { severity: critical }', org, [draft({ givenSeverity: 'LOW' })]).verdict).toBe('failed');
	});

	it('is ignored by rules of the org policy, and by its own only where that accepts it', () => {
		expect(judge('', `version: 1\n${rule()}`).decisions[0]).toMatchObject({ class: 'ignored', rule: 'org:ignore[0]' });
		expect(judge(rule(), 'version: 1\naccept: [ignore]\n').decisions[0]).toMatchObject({
			class: 'ignored',
			rule: 'ignore[0]',
		});
		expect(judge(rule(), 'version: 1\n').verdict).toBe('failed');
	});

	it('leaves unused rules of the org policy unsaid: they are about other images', () => {
		expect(judge('', `version: 1\n${rule('CVE-1999-1')}`).notes).toEqual([]);
		expect(judge(rule('CVE-1999-2'), 'version: 1\naccept: [ignore]\n').notes.join()).toContain(
			'ignore[0] (CVE-1999-2)',
		);
	});

	it('is in one class, and the counts add up', () => {
		const findings = [draft({}), draft({ id: 'CVE-2026-2', givenSeverity: 'LOW', packages: [openssl] })];
		const { classes, counts } = judge('block: { severity: low }', 'version: 1\n', findings);
		expect(Object.values(classes).reduce((one, other) => one + other)).toBe(counts.total);
	});
});
