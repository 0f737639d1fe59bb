import { describe, expect, it } from '@jest/globals';
import { FINDING_CLASSES } from './evaluate.ts';
import { mergeByPlatform } from './findings.ts';
import { effectivePolicy } from './policy.ts';
import { DIGEST, draft, openssl, run } from './testing.ts';
import { readVex } from './vex.ts';

const ARM = `sha256:${'b2'.repeat(32)}`;
const classOf = (...args: Parameters<typeof run>) => run(...args).decisions[0]?.class;
const rule = (parts: object) => ({ id: 'CVE-2026-1', reason: 'not reachable', expires: 'never', ...parts });

describe('thresholds', () => {
	it.each([
		['high', 'HIGH', 'blocking'],
		['high', 'CRITICAL', 'blocking'],
		['high', 'MEDIUM', 'below-threshold'],
		['informational', 'INFORMATIONAL', 'blocking'],
		['critical', 'HIGH', 'below-threshold'],
	] as const)('severity %s: %s is %s', (severity, givenSeverity, expected) => {
		expect(classOf([draft({ givenSeverity })], { block: { severity } })).toBe(expected);
	});

	it.each([
		['CVSS', { cvss: 9 }, { cvss: [{ source: 'NVD', version: '3.1', score: 9.1 }] }],
		['EPSS', { epss: 0.5 }, { epss: 0.5 }],
		['KEV', { 'known-exploited': true as const }, { knownExploited: true }],
		['an exploit', { 'exploit-available': true as const }, { exploitAvailable: true }],
	])('%s alone blocks what its severity would let pass', (_, block, parts) => {
		const low = draft({ givenSeverity: 'LOW', ...parts });
		expect(classOf([low], { block: { severity: 'critical', ...block } })).toBe('blocking');
		expect(classOf([draft({ givenSeverity: 'LOW' })], { block: { severity: 'critical', ...block } })).toBe(
			'below-threshold',
		);
	});

	it('counts the score of version 2 only where there is no other', () => {
		const both = [
			{ source: 'NVD', version: '2.0', score: 10 },
			{ source: 'NVD', version: '3.1', score: 7.5 },
		];
		expect(classOf([draft({ givenSeverity: 'LOW', cvss: both })], { block: { cvss: 9 } })).toBe('below-threshold');
		expect(classOf([draft({ givenSeverity: 'LOW', cvss: both.slice(0, 1) })], { block: { cvss: 9 } })).toBe('blocking');
	});

	it('a criterion that could not be asked is counted, where the finding does not block by another one', () => {
		const block = { severity: 'high' as const, 'known-exploited': true as const, epss: 0.5 };
		const findings = [
			draft({ id: 'CVE-2026-1', givenSeverity: 'LOW', epss: 0.1 }),
			draft({ id: 'CVE-2026-2', givenSeverity: 'LOW' }),
			draft({ id: 'CVE-2026-3', givenSeverity: 'LOW', epss: 0.1, knownExploited: false }),
		];
		const result = run(findings, { block });
		expect(result.verdict).toBe('passed');
		expect(result.unanswered).toEqual({ 'block.known-exploited': 2, 'block.epss': 1 });
		expect(run([draft({})], { block })).toMatchObject({ verdict: 'failed', unanswered: {} });
		const org = effectivePolicy({ rules: { block }, repositories: [] }, undefined);
		const own = { block: { severity: 'critical' as const } };
		expect(run(findings.slice(0, 1), own, { orgPolicy: org }).unanswered).toEqual({ 'org:block.known-exploited': 1 });
	});

	it('without any data to ask for, unknown-severity decides, and it is said', () => {
		const result = run([draft({})], { block: { epss: 0.5 } });
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain('block.epss could not judge 1 finding');
		expect(run([draft({})], { block: { epss: 0.5 }, 'unknown-severity': 'ignore' }).verdict).toBe('passed');
	});
});

describe('a finding without a severity', () => {
	const unknown = draft({ givenSeverity: 'UNTRIAGED' });
	it('blocks unless the policy says otherwise', () => {
		expect(classOf([unknown])).toBe('blocking');
		expect(classOf([unknown], { 'unknown-severity': 'ignore' })).toBe('below-threshold');
		expect(classOf([unknown], { 'unknown-severity': 'medium' })).toBe('below-threshold');
		expect(classOf([unknown], { 'unknown-severity': 'critical' })).toBe('blocking');
	});

	it('takes it from its CVSS score, even where whoever wrote the findings did not', () => {
		const scored = { ...draft({ givenSeverity: 'UNTRIAGED' }), cvss: [{ source: 'NVD', version: '3.1', score: 5 }] };
		expect(scored.severity).toBe('unknown');
		expect(classOf([scored])).toBe('below-threshold');
		expect(classOf([scored], { block: { severity: 'medium' } })).toBe('blocking');
	});

	it('blocks with a score of 0 too: nobody has rated it yet', () => {
		const unrated = draft({ givenSeverity: 'UNKNOWN', cvss: [{ source: 'security-severity', score: 0 }] });
		expect(unrated.severity).toBe('unknown');
		expect(classOf([unrated])).toBe('blocking');
		expect(classOf([{ ...unrated, severity: 'unknown' }], { block: { severity: 'low' } })).toBe('blocking');
		expect(classOf([draft({ cvss: [{ source: 'NVD', score: 0 }] })], { block: { cvss: 9 } })).toBe('blocking');
	});

	it.each(['constructor', '__proto__', 'toString'])('is what a scanner gives whose word is %s', (givenSeverity) => {
		expect(run([draft({ givenSeverity })]).counts).toMatchObject({ unknown: 1, total: 1 });
	});

	it('takes it from its CVSS score first', () => {
		const scored = draft({ givenSeverity: 'UNTRIAGED', cvss: [{ source: 'NVD', version: '3.1', score: 5 }] });
		expect(classOf([scored])).toBe('below-threshold');
	});
});

describe('only-fixed', () => {
	it('lets pass what has no fix', () => {
		expect(classOf([draft({ fix: 'none' })], { 'only-fixed': true })).toBe('below-threshold');
		expect(classOf([draft({ fix: 'partial' })], { 'only-fixed': true })).toBe('blocking');
	});

	it('counts what cannot be known, and says so', () => {
		const result = run([draft({ fix: 'unknown' })], { 'only-fixed': true });
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain('only-fixed could not judge 1 finding');
	});
});

describe('max', () => {
	const two = [draft({}), draft({ id: 'CVE-2026-2' })];
	it('tolerates as many of a severity as it says, and none of them when there are more', () => {
		expect(run(two, { max: { high: 2 } })).toMatchObject({ verdict: 'passed', classes: { blocking: 2 } });
		const more = run(two, { max: { high: 1 } });
		expect(more.verdict).toBe('failed');
		expect(more.decisions.some(({ tolerated }) => tolerated)).toBe(false);
	});

	it('for a severity that never blocks is named as useless', () => {
		expect(run(two, { max: { medium: 3 } }).notes.join()).toContain('max.medium has no effect');
	});
});

describe('grace', () => {
	const rules = { 'grace-days': { high: 7 } };
	it('lasts from the first sighting, to the minute', () => {
		expect(classOf([draft({ firstSeen: '2026-06-08T12:00:01.000Z' })], rules)).toBe('in-grace');
		expect(classOf([draft({ firstSeen: '2026-06-08T12:00:00.000Z' })], rules)).toBe('blocking');
	});

	it('is not given where the first sighting is not known, and it is said', () => {
		const result = run([draft({})], rules);
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain('grace-days could not judge 1 finding');
	});

	it('is not given to what will first be seen some day, with a rule or without', () => {
		const future = draft({ firstSeen: '2099-01-01T00:00:00.000Z' });
		expect(classOf([future])).toBe('blocking');
		const result = run([future], rules);
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain('grace-days could not judge 1 finding');
		const clockBehind = draft({ firstSeen: '2026-06-15T12:05:00.000Z' });
		expect(classOf([clockBehind], rules)).toBe('in-grace');
		expect(classOf([clockBehind])).toBe('blocking');
	});
});

describe('ignore rules', () => {
	it('match exact ids and aliases, never a part of one', () => {
		expect(classOf([draft({ id: 'CVE-2026-12' })], { ignore: [rule({})] })).toBe('blocking');
		expect(classOf([draft({ id: 'GHSA-x', aliases: ['CVE-2026-1'] })], { ignore: [rule({})] })).toBe('ignored');
	});

	it.each([
		['package', { package: 'openssl' }, { package: 'libssl3' }],
		['purl without version', { purl: 'pkg:deb/debian/openssl' }, { purl: 'pkg:deb/ubuntu/openssl' }],
		['purl with version', { purl: 'pkg:deb/debian/openssl@3.0.11' }, { purl: 'pkg:deb/debian/openssl@3.0.1' }],
		['path', { path: 'usr/lib/*' }, { path: 'opt/*' }],
		['platform', { platform: 'linux/amd64' }, { platform: 'linux/arm64' }],
	])('narrowed by %s hold there and nowhere else', (_, inside, outside) => {
		expect(classOf([draft({})], { ignore: [rule(inside)] })).toBe('ignored');
		expect(classOf([draft({})], { ignore: [rule(outside)] })).toBe('blocking');
	});

	it('take a finding away only when together they cover all of it', () => {
		const both = draft({ platforms: ['linux/amd64', 'linux/arm64/v8'] });
		const amd = rule({ platform: 'linux/amd64' });
		expect(classOf([both], { ignore: [amd] })).toBe('blocking');
		const result = run([both], { ignore: [amd, rule({ platform: 'linux/arm64' })] });
		expect(result.decisions[0]).toMatchObject({ class: 'ignored', rule: 'ignore[0], ignore[1]' });
		const packages = [openssl, { ...openssl, name: 'libssl3' }];
		expect(classOf([draft({ packages })], { ignore: [rule({ package: 'openssl' })] })).toBe('blocking');
	});

	it('ignore the same vulnerability in every package when they do not narrow it', () => {
		const again = draft({ packages: [{ ...openssl, name: 'libssl3' }] });
		expect(run([draft({}), again], { ignore: [rule({})] })).toMatchObject({
			verdict: 'passed',
			classes: { ignored: 2 },
		});
	});

	it('hold through their last day, block again after it, and are named', () => {
		const lastDay = { ignore: [rule({ expires: '2026-06-15' })] };
		expect(classOf([draft({})], lastDay)).toBe('ignored');
		const after = run([draft({})], lastDay, { now: Date.parse('2026-06-16T00:00:00Z') });
		expect(after).toMatchObject({ verdict: 'failed', decisions: [{ expiredRules: ['ignore[0]'] }] });
		expect(after.notes.join()).toContain('ignore[0] (CVE-2026-1) expired on 2026-06-15');
	});

	it('are reported when they end within 14 days, and when they match nothing', () => {
		const notes = run([draft({})], {
			ignore: [rule({ expires: '2026-06-20' }), rule({ id: 'CVE-1999-1' }), rule({ expires: '2026-12-31' })],
		}).notes;
		expect(notes).toHaveLength(2);
		expect(notes.join()).toMatch(/ignore\[0\].*2026-06-20.*ignore\[1\].*matches nothing/);
	});
});

describe('VEX', () => {
	const vex = (statements: object[]) =>
		readVex(
			JSON.stringify({
				'@context': 'https://openvex.dev/ns/v0.2.0',
				'@id': 'https://example.com/vex/1',
				author: 'Team',
				timestamp: '2026-06-01T00:00:00Z',
				version: 1,
				statements,
			}),
			'vex.json',
		);
	const statement = (product: object | string, parts: object = {}) => ({
		vulnerability: { name: 'CVE-2026-1' },
		status: 'not_affected',
		justification: 'vulnerable_code_not_in_execute_path',
		products: [product],
		...parts,
	});
	const image = { '@id': `pkg:oci/shop@${encodeURIComponent(DIGEST)}?repository_url=r.example/team/shop` };

	it.each([
		['the image by digest', image],
		['the image by name', { '@id': 'pkg:oci/shop' }],
		['a package of the image', { ...image, subcomponents: [{ '@id': 'pkg:deb/debian/openssl@3.0.11' }] }],
		['the package itself', 'pkg:deb/debian/openssl'],
		['the image by hash', { '@id': 'urn:x', hashes: { 'sha-256': DIGEST.slice(7) } }],
	])('that speaks of %s takes the finding away, with its justification', (_, product) => {
		const [decision] = run([draft({})], {}, { vex: vex([statement(product)]) }).decisions;
		expect(decision).toMatchObject({ class: 'vex-not-affected' });
		expect(decision?.reason).toContain('vulnerable_code_not_in_execute_path');
	});

	it.each([
		['another digest', { '@id': `pkg:oci/shop@${encodeURIComponent(ARM)}` }],
		['another image', { '@id': 'pkg:oci/other' }],
		['a tag', { '@id': 'pkg:oci/shop?tag=1.0' }],
		['a repository below another one', { '@id': 'pkg:oci/shop?repository_url=r.example/other/team/shop' }],
		['a part of the package', 'pkg:deb/debian/openssl#apps'],
		['another package of the image', { ...image, subcomponents: [{ '@id': 'pkg:deb/debian/curl' }] }],
	])('that speaks of %s does not', (_, product) => {
		const result = run([draft({})], {}, { vex: vex([statement(product)]) });
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain('matches nothing in this image');
	});

	it('is replayed in time: a later "affected" brings the finding back', () => {
		const later = statement(image, { status: 'affected', action_statement: 'x', timestamp: '2026-06-02T00:00:00Z' });
		expect(run([draft({})], {}, { vex: vex([later, statement(image)]) }).verdict).toBe('failed');
		const sameTime = { ...later, timestamp: undefined };
		expect(run([draft({})], {}, { vex: vex([statement(image), sameTime]) }).verdict).toBe('failed');
		expect(run([draft({})], {}, { vex: vex([sameTime, statement(image)]) }).verdict).toBe('passed');
	});

	it('that was written later holds at the same time, whichever name it calls the vulnerability by', () => {
		const finding = draft({ aliases: ['GHSA-x'] });
		const affected = statement(image, { vulnerability: { name: 'GHSA-x' }, status: 'affected', action_statement: 'x' });
		expect(run([finding], {}, { vex: vex([statement(image), affected]) }).verdict).toBe('failed');
		expect(run([finding], {}, { vex: vex([affected, statement(image)]) }).verdict).toBe('passed');
	});

	it('that speaks of another CVE of the same advisory does not take this one away', () => {
		const shared = vex([statement(image, { vulnerability: { name: 'CVE-2026-1', aliases: ['DSA-5417-1'] } })]);
		expect(run([draft({ aliases: ['DSA-5417-1'] })], {}, { vex: shared }).verdict).toBe('passed');
		expect(run([draft({ id: 'CVE-2026-2', aliases: ['DSA-5417-1'] })], {}, { vex: shared }).verdict).toBe('failed');
		expect(run([draft({ id: 'DSA-5417-1' })], {}, { vex: shared }).verdict).toBe('passed');
	});

	it('must cover every package and platform of the finding', () => {
		const both = draft({ packages: [openssl, { ...openssl, name: 'curl', purl: 'pkg:deb/debian/curl@8' }] });
		const one = vex([statement('pkg:deb/debian/openssl')]);
		expect(run([both], {}, { vex: one }).verdict).toBe('failed');
		expect(run([both], {}, { vex: [...one, ...vex([statement('pkg:deb/debian/curl')])] }).verdict).toBe('passed');
		const onAmd = vex([statement({ '@id': 'pkg:oci/shop?arch=amd64' })]);
		expect(run([draft({})], {}, { vex: onAmd }).verdict).toBe('passed');
		expect(run([draft({ platforms: ['linux/amd64', 'linux/arm64'] })], {}, { vex: onAmd }).verdict).toBe('failed');
	});

	it('with a justification that is none of OpenVEX is refused', () => {
		expect(() => vex([statement(image, { justification: 'because' })])).toThrow(
			/justification should be one of component_not/,
		);
	});

	it('without a justification, or without a product, is refused', () => {
		expect(() => vex([statement(image, { justification: undefined })])).toThrow(/justification/);
		expect(() => vex([statement(image, { products: [] })])).toThrow(/products/);
		expect(() => readVex('{"bomFormat":"CycloneDX"}', 'x.json')).toThrow(/OpenVEX/);
	});
});

describe('the baseline', () => {
	it('takes away what runs now too, whatever the version; the same vulnerability in another package is new', () => {
		const baseline = [draft({ packages: [{ ...openssl, version: '3.0.9', path: 'other' }] })];
		const fresh = draft({ packages: [{ ...openssl, name: 'curl' }] });
		const result = run([draft({}), fresh], {}, { baseline });
		expect(result).toMatchObject({ verdict: 'failed', newFindings: 1, classes: { blocking: 1, 'in-baseline': 1 } });
	});

	it('knows a vulnerability by any of its names, but never one CVE by an advisory that it shares with another', () => {
		const known = draft({ aliases: ['DSA-5417-1', 'GHSA-x'] });
		const classNow = (parts: Parameters<typeof draft>[0]) => classOf([draft(parts)], {}, { baseline: [known] });
		expect(classNow({ id: 'GHSA-x' })).toBe('in-baseline');
		expect(classNow({ id: 'GHSA-x', aliases: ['CVE-2026-1'] })).toBe('in-baseline');
		expect(classNow({ id: 'CVE-2026-2', aliases: ['DSA-5417-1'] })).toBe('blocking');
	});
});

describe('base image', () => {
	const rules = { 'base-image': { block: { severity: 'critical' as const } } };
	it('findings in its layers have rules of their own', () => {
		const baseImage = { name: 'docker.io/library/debian', layers: new Set(openssl.layers) };
		expect(run([draft({})], rules, { baseImage }).decisions[0]).toMatchObject({
			class: 'below-threshold',
			rule: 'base-image.block',
		});
		expect(classOf([draft({ givenSeverity: 'CRITICAL' })], rules, { baseImage })).toBe('blocking');
	});

	it('of other images than the rules are for is the application’s', () => {
		const baseImage = { name: 'public.ecr.aws/docker/library/debian', layers: new Set(openssl.layers) };
		const only = (images: string[]) => ({ 'base-image': { ...rules['base-image'], images } });
		expect(classOf([draft({})], only(['public.ecr.aws/docker/*']), { baseImage })).toBe('below-threshold');
		const result = run([draft({})], only(['registry.example/*']), { baseImage });
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain('base-image is not for public.ecr.aws/docker/library/debian');
	});

	it('of findings without layers cannot be judged, and it is said', () => {
		const baseImage = { name: 'x/y', layers: new Set(openssl.layers) };
		const result = run([draft({ packages: [{ ...openssl, layers: [] }] })], rules, { baseImage });
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain('base-image could not judge 1 finding');
	});

	it('findings of unknown layers, or of a layer above, are the application’s', () => {
		expect(classOf([draft({})], rules, { baseImage: { name: 'x/y', layers: new Set(['sha256:other']) } })).toBe(
			'blocking',
		);
		const result = run([draft({})], rules);
		expect(result.verdict).toBe('failed');
		expect(result.notes.join()).toContain("base image's layers are not known");
	});
});

describe('a finding on two platforms', () => {
	it('of an advisory that stands for another CVE on each of them is not ignored by one of the two', () => {
		const [merged] = mergeByPlatform([
			[draft({ id: 'ALAS-1', aliases: ['CVE-2026-1'], platforms: ['linux/amd64'] })],
			[draft({ id: 'ALAS-1', aliases: ['CVE-2026-2'], platforms: ['linux/arm64'] })],
		]);
		expect(classOf(merged === undefined ? [] : [merged], { ignore: [rule({})] })).toBe('blocking');
	});
});

describe('every finding', () => {
	it('ends in exactly one class, and the counts add up', () => {
		const findings = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNTRIAGED', 'INFORMATIONAL'].flatMap(
			(givenSeverity, index) => [
				draft({ id: `CVE-2026-${index}`, givenSeverity }),
				draft({ id: `CVE-2025-${index}`, givenSeverity, status: 'suppressed' }),
				draft({ id: `CVE-2024-${index}`, givenSeverity, firstSeen: '2026-06-15T00:00:00.000Z' }),
			],
		);
		const result = run(findings, { 'grace-days': { high: 3 }, ignore: [rule({ id: 'CVE-2026-0' })] });
		const sum = FINDING_CLASSES.reduce((total, end) => total + result.classes[end], 0);
		expect(sum).toBe(findings.length);
		expect(result.counts.total).toBe(findings.length);
		const { total, ...bySeverity } = result.counts;
		expect(Object.values(bySeverity).reduce((one, other) => one + other)).toBe(total);
		expect(result.classes.ignored).toBe(7);
	});

	it('none at all passes', () => {
		expect(run([])).toMatchObject({ verdict: 'passed', counts: { total: 0 } });
	});
});
