import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, FINDING_CLASSES } from './evaluate.ts';
import { explain } from './explain.ts';
import type { Finding } from './finding.ts';
import { effectiveOrgPolicy, effectivePolicy, type Policy, type PolicyRules } from './policy.ts';
import { documentOf, draft, NOW, openssl } from './testing.ts';
import type { VexStatement } from './vex.ts';

const ids = fc.constantFrom('CVE-2026-1', 'CVE-2026-12', 'GHSA-a', 'ALAS-7');
const names = fc.constantFrom('openssl', 'curl', 'zlib');
const layer = fc.constantFrom('sha256:base', 'sha256:app');
const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;
const severity = fc.constantFrom(...severities);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const defined = <T extends object>(value: T): T =>
	Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;

const item = fc
	.record({ name: names, layers: fc.array(layer, { maxLength: 2 }) })
	.map(({ name, layers }) => ({ ...openssl, name, purl: `pkg:deb/debian/${name}@1`, layers }));
const finding: fc.Arbitrary<Finding> = fc
	.record({
		id: ids,
		aliases: fc.array(ids, { maxLength: 1 }),
		givenSeverity: fc.constantFrom('CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED', ''),
		cvss: fc.array(
			fc.double({ min: 0, max: 10, noNaN: true }).map((score) => ({ source: 'NVD', version: '3.1', score })),
			{ maxLength: 2 },
		),
		epss: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
		knownExploited: maybe(fc.boolean()),
		exploitAvailable: maybe(fc.boolean()),
		packages: fc.array(item, { maxLength: 3 }),
		fix: fc.constantFrom('available' as const, 'partial' as const, 'none' as const, 'unknown' as const),
		firstSeen: maybe(fc.constantFrom('2026-06-14T00:00:00.000Z', '2026-01-01T00:00:00.000Z')),
		platforms: fc.subarray(['linux/amd64', 'linux/arm64/v8']),
		status: fc.constantFrom('active' as const, 'active' as const, 'suppressed' as const),
	})
	.map(draft);

const counts = fc.dictionary(fc.constantFrom(...severities, 'unknown' as const), fc.nat(3));
const block = fc
	.record({
		severity: maybe(severity),
		cvss: maybe(fc.double({ min: 0, max: 10, noNaN: true })),
		epss: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
		'known-exploited': maybe(fc.constant(true as const)),
		'exploit-available': maybe(fc.constant(true as const)),
	})
	.map(defined);
const layerRules = {
	block: maybe(block),
	'only-fixed': maybe(fc.boolean()),
	'unknown-severity': maybe(fc.constantFrom('block' as const, 'ignore' as const, ...severities)),
	'grace-days': maybe(counts),
};
const rule = fc
	.record({
		id: ids,
		package: maybe(names),
		platform: maybe(fc.constantFrom('linux/amd64', 'linux/arm64')),
		reason: fc.constant('r'),
		expires: fc.constantFrom('never', '2026-12-31', '2026-01-01'),
	})
	.map(defined);
const rules: fc.Arbitrary<PolicyRules> = fc
	.record({
		...layerRules,
		max: maybe(counts),
		'base-image': maybe(fc.record(layerRules).map(defined)),
		ignore: maybe(fc.array(rule, { maxLength: 4 })),
	})
	.map((given) => defined(given) as PolicyRules);
const policy: fc.Arbitrary<Policy> = fc.record({ rules, repositories: fc.constant([]) });
const statement: fc.Arbitrary<VexStatement> = fc
	.record({
		name: ids,
		of: names,
		status: fc.constantFrom('not_affected' as const, 'affected' as const),
		time: fc.nat(9),
	})
	.map(({ name, of, status, time }) => ({
		source: 'vex.json',
		time,
		names: [name],
		status,
		products: [{ ids: [`pkg:deb/debian/${of}`], subcomponents: [] }],
		justification: 'j',
	}));

const question = fc
	.record({
		findings: fc.array(finding, { maxLength: 25 }),
		own: policy,
		org: maybe(policy),
		accepts: fc.boolean(),
		vex: fc.array(statement, { maxLength: 3 }),
		baseline: maybe(fc.array(finding, { maxLength: 5 })),
		base: fc.boolean(),
	})
	.map(({ findings, own, org, accepts, vex, baseline, base }) => {
		const orgPolicy =
			org === undefined ? undefined : effectiveOrgPolicy(accepts ? { ...org, accept: ['ignore'] } : org, 'team/shop');
		return {
			findings: documentOf(findings),
			policy: effectivePolicy(own, 'team/shop', orgPolicy),
			...(orgPolicy === undefined ? {} : { orgPolicy }),
			vex,
			...(baseline === undefined ? {} : { baseline }),
			...(base ? { baseImage: { name: 'r.example/base', layers: new Set(['sha256:base']) } } : {}),
			now: NOW,
		};
	});

const RUNS = { numRuns: 500 };

it('puts every finding into exactly one class, by a rule that explain names, and the counts add up', () => {
	fc.assert(
		fc.property(question, (inputs) => {
			const { decisions, classes, counts: all, verdict } = evaluate(inputs);
			expect(decisions.map((decision) => decision.finding)).toEqual(inputs.findings.findings);
			for (const end of FINDING_CLASSES)
				expect(decisions.filter((decision) => decision.class === end)).toHaveLength(classes[end]);
			const { total, ...bySeverity } = all;
			expect(Object.values(classes).reduce((one, other) => one + other)).toBe(total);
			expect(Object.values(bySeverity).reduce((one, other) => one + other)).toBe(total);
			const blocks = decisions.some((decision) => decision.class === 'blocking' && !decision.tolerated);
			expect(verdict).toBe(blocks ? 'failed' : 'passed');
			for (const decision of decisions) {
				if (decision.finding.status === 'suppressed')
					expect(decision).toMatchObject({ class: 'ignored', rule: 'scanner' });
				const told = explain([decision.finding.id], [decision], inputs);
				expect(told[0]?.because[0]).toContain(decision.rule);
			}
		}),
		RUNS,
	);
});

it('never lets pass, under an org policy, what that blocks alone', () => {
	fc.assert(
		fc.property(question, (inputs) => {
			const { orgPolicy } = inputs;
			fc.pre(orgPolicy !== undefined && !orgPolicy.accept.includes('ignore'));
			if (orgPolicy === undefined) return;
			const alone = evaluate({ ...inputs, policy: orgPolicy });
			const both = evaluate(inputs);
			if (alone.verdict === 'failed') expect(both.verdict).toBe('failed');
			for (const [index, decision] of alone.decisions.entries())
				if (decision.class === 'blocking') expect(both.decisions[index]?.class).toBe('blocking');
		}),
		RUNS,
	);
});

it('never takes a finding of unknown severity for harmless where the policy says block', () => {
	fc.assert(
		fc.property(question, (inputs) => {
			const strict = {
				...inputs.policy,
				block: { severity: 'critical' as const },
				'unknown-severity': 'block' as const,
			};
			const { orgPolicy: _, baseImage: __, ...rest } = inputs as typeof inputs & { baseImage?: unknown };
			for (const { finding: one, class: end, rule: by } of evaluate({ ...rest, policy: strict }).decisions)
				if (one.severity === 'unknown' && one.cvss.length === 0 && end === 'below-threshold')
					expect(by).toBe('only-fixed');
		}),
		RUNS,
	);
});
