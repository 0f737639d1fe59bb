import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { htmlReport } from './html.ts';
import { markdownReport, severityBar } from './markdown.ts';
import { everywhere, HOSTILE, HOSTILE_TEXTS, IMAGE, material, vulnerability } from './material.fixture.ts';
import type { ReportMaterial } from './material.ts';
import { sarifReport } from './sarif.ts';

const hostile = material([vulnerability(HOSTILE, HOSTILE, ['javascript:alert(1)', 'https://e.example/"><script>|'])], {
	ignore: [{ id: HOSTILE, reason: HOSTILE, expires: '2020-01-01' }],
});
const many = (count: number, text?: string) =>
	Array.from({ length: count }, (_, index) => vulnerability(`CVE-2026-${index}`, text));
const DATA = /id="data">(.*?)<\/script>\n<script type="text\/plain" id="texts">(.*?)<\/script>/s;
const html = (from: ReportMaterial): string => [...htmlReport(from)].join('');
/** As a plain manifest is judged, which does not say its platform. */
const plain: ReportMaterial = {
	...material([{ ...vulnerability('CVE-2026-1', 'openssl'), platforms: ['unknown'] }]),
	platforms: [{ platform: 'unknown', status: 'complete' }],
};
const sarif = (from: ReportMaterial) =>
	JSON.parse([...sarifReport(from.evaluation.decisions, { image: IMAGE, version: '1' })].join(''));

describe('the job summary', () => {
	it('says the verdict first, then what blocks and what repairs it', () => {
		const text = markdownReport(material([vulnerability('CVE-2026-1', 'openssl')]));
		const places = [
			'### ❌ Failed: 1 of 1 findings blocks',
			'🟥',
			'#### What blocks',
			'CVE-2026-1',
			'#### How to repair it',
		];
		const found = places.map((place) => text.indexOf(place));
		expect(found).toEqual([...found].sort((one, other) => one - other));
		expect(found).not.toContain(-1);
	});

	it('does not call the platform of a plain manifest unknown, and names those of an index', () => {
		expect(markdownReport(plain)).not.toContain('unknown');
		expect(markdownReport(plain)).toContain(' · enhanced scan');
		expect(markdownReport(material([vulnerability('CVE-2026-1')]))).toContain('enhanced scan of linux/amd64');
	});

	it('says in its headline what a passed verdict does not rest on', () => {
		const block = { severity: 'critical' as const, 'known-exploited': true as const };
		const text = markdownReport(material([vulnerability('CVE-2026-1')], { block }));
		expect(text).toContain(
			'### ✅ Passed: none of 1 findings blocks, as far as is known: nothing answers block.known-exploited of 1 finding\n',
		);
		expect(html(material([vulnerability('CVE-2026-1')], { block }))).toContain(
			'nothing answers block.known-exploited of 1 finding</h1>',
		);
	});

	it('lets nothing of hostile text be markup, a link, a mention, or the end of a cell', () => {
		const text = markdownReport(hostile);
		const tags = [...text.matchAll(/<\/?([a-z]+)/gi)].map(([, name]) => name);
		expect(new Set(tags)).toEqual(new Set(['code', 'a', 'details', 'summary'].filter((name) => tags.includes(name))));
		for (const mark of ['javascript:', '](', '@everyone', '```', '\u0000', '\u202e']) expect(text).not.toContain(mark);
		const rows = text.split('\n').filter((line) => line.startsWith('| 🟥'));
		expect(rows).toHaveLength(1);
		expect(rows[0]?.match(/(?<!\\)\|/g)).toHaveLength(7);
		expect([...text.matchAll(/href="([^"]*)"/g)].every(([, url]) => url?.startsWith('https://'))).toBe(true);
	});

	it.each(HOSTILE_TEXTS.map((text) => ({ text, start: text.slice(0, 20) })))(
		'lets nothing of $start be more than text, wherever it stands',
		({ text: hostileText }) => {
			const ignore = [{ id: 'CVE-2026-7', reason: hostileText, expires: 'never' }];
			const findings = [everywhere(hostileText), { ...everywhere(hostileText), id: 'CVE-2026-7' }];
			const text = markdownReport(material(findings, { ignore }));
			expect(text).not.toMatch(/<(?!\/?(?:code|a|details|summary)[ >])/);
			for (const mark of ['](', '\n::', '##[', '```', '@everyone', '\u2028', '\u2029', '\u202e', '\u001b', '\u0000'])
				expect(text).not.toContain(mark);
			expect([...text.matchAll(/href="([^"]*)"/g)].every(([, url]) => url?.startsWith('https://'))).toBe(true);
			for (const row of text.split('\n').filter((line) => line.startsWith('| 🟥')))
				expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
			expect(Buffer.byteLength(text)).toBeLessThan(20_000);
		},
	);

	it('stays far below 1 MiB whatever there is to say, and says what it leaves out', () => {
		const text = markdownReport(material(many(3000, HOSTILE.repeat(20))));
		expect(Buffer.byteLength(text)).toBeLessThan(400 * 1024);
		expect(text).toMatch(/2,900 more, in the HTML report|does not fit/);
		expect(text).toContain('### ❌ Failed: 3,000 of 3,000');
	});

	it('stays below it with a hundred thousand findings that differ in everything', () => {
		const findings = many(100_000).map((one, index) => ({
			...one,
			packages: one.packages.map((item) => ({ ...item, name: `package-${index}` })),
		}));
		expect(Buffer.byteLength(markdownReport(material(findings)))).toBeLessThan(1024 * 1024);
	});

	it('takes a megabyte of text for a name as it takes any other', () => {
		const text = markdownReport(material(many(20, HOSTILE.repeat(3000))));
		expect(Buffer.byteLength(text)).toBeLessThan(100 * 1024);
	});

	it('shows every severity that occurs, however seldom', () => {
		const counts = { critical: 1, high: 0, medium: 5000, low: 0, informational: 0, unknown: 1, total: 5002 };
		expect(severityBar(counts)).toMatch(/^🟪🟧+⬜$/u);
	});
});

describe('SARIF', () => {
	it('has all that GitHub demands of rules and results', () => {
		const [run] = sarif(material([vulnerability('CVE-2026-1', 'openssl')])).runs;
		expect(run.tool.driver.rules[0]).toMatchObject({
			id: 'CVE-2026-1',
			shortDescription: { text: 'openssl' },
			fullDescription: { text: 'openssl' },
			properties: { 'security-severity': '7.5', tags: expect.arrayContaining(['security']) },
		});
		expect(run.results[0]).toMatchObject({
			ruleId: 'CVE-2026-1',
			ruleIndex: 0,
			level: 'error',
			locations: [{ physicalLocation: { artifactLocation: { uri: 'openssl' }, region: { startLine: 1 } } }],
		});
		expect(run.results[0].partialFingerprints.primaryLocationLineHash).toMatch(/^[0-9a-f]{32}:1$/);
	});

	it('tells the same vulnerability in two packages apart, and keeps its mark when the version changes', () => {
		const lines = (version: string) =>
			sarif(
				material(
					['openssl', 'libssl3'].map((name) => {
						const one = vulnerability('CVE-2026-1', name);
						return { ...one, packages: one.packages.map((item) => ({ ...item, version })) };
					}),
				),
			).runs[0].results.map(
				(result: { partialFingerprints: { primaryLocationLineHash: string } }) =>
					result.partialFingerprints.primaryLocationLineHash,
			);
		expect(new Set(lines('1')).size).toBe(2);
		expect(lines('2')).toEqual(lines('1'));
	});

	it('tells two versions of one package apart', () => {
		const versions = ['1', '2'].map((version) => {
			const one = vulnerability('CVE-2026-1', 'openssl');
			return { ...one, packages: one.packages.map((item) => ({ ...item, version })) };
		});
		const [one, other] = sarif(material(versions)).runs[0].results;
		expect(one.partialFingerprints).not.toEqual(other.partialFingerprints);
	});

	it('never has a security-severity that GitHub would refuse', () => {
		const unknown = { ...vulnerability('CVE-2026-1'), cvss: [], severity: 'unknown' as const };
		const zero = {
			...vulnerability('CVE-2026-2'),
			cvss: [{ source: 'x', score: 0 }],
			severity: 'informational' as const,
		};
		for (const rule of sarif(material([unknown, zero])).runs[0].tool.driver.rules)
			expect(rule.properties).not.toHaveProperty('security-severity');
	});

	it('leaves out what is ignored, and keeps at most what GitHub keeps', () => {
		const rules = { ignore: [{ id: 'CVE-2026-1', reason: 'r', expires: 'never' }] };
		expect(sarif(material(many(2), rules)).runs[0].results).toHaveLength(1);
		expect(sarif(material(many(6000))).runs[0].results).toHaveLength(5000);
	});

	it('holds hostile text as short text without links, and valid URIs', () => {
		const [run] = sarif(hostile).runs;
		expect(run.results[0].message.text).not.toMatch(/(?<!\\)\]\(/);
		expect(run.results[0].message.text.length).toBeLessThanOrEqual(1024);
		expect(run.tool.driver.rules[0].fullDescription.text.length).toBeLessThanOrEqual(1024);
		expect(() => decodeURI(run.results[0].locations[0].physicalLocation.artifactLocation.uri)).not.toThrow();
		expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toMatch(/^[\w\-.!~*'()%/]+$/);
	});
});

describe('the HTML report', () => {
	it('names platforms that are known, and gives every time in one form', () => {
		expect(html(plain)).toContain('<dt>Scan</dt><dd>enhanced</dd>');
		expect(html(material([]))).toContain('<dt>Scan</dt><dd>enhanced, linux/amd64</dd>');
		expect(html(plain)).toContain('<dt>Judged</dt><dd>2026-06-15 12:00 UTC</dd>');
	});

	it('runs its own script only, and asks nothing of any network', () => {
		const page = html(hostile);
		const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? '');
		expect(scripts).toHaveLength(1);
		const hash = createHash('sha256')
			.update(scripts[0] ?? '')
			.digest('base64');
		expect(page).toContain(`default-src 'none'; style-src 'sha256-`);
		expect(page).toContain(`script-src 'sha256-${hash}'`);
		expect(() => new Script(scripts[0] ?? '')).not.toThrow();
		expect(page).not.toMatch(/(?:src|href)=["']?http/);
	});

	it('holds hostile text as data that cannot end the element, and escaped in its head', () => {
		const page = html(hostile);
		expect(page.match(/<script/g)).toHaveLength(3);
		expect(page).not.toContain('<img');
		const [, data = '', texts = ''] = DATA.exec(page) ?? [];
		expect(JSON.parse(data).rows).toHaveLength(1);
		expect(JSON.parse(texts)[1]).toContain('</script><script>alert(1)</script>');
	});

	it('has every finding with its texts, also a hundred thousand of them', () => {
		const page = html(material(many(100_000, 'openssl')));
		const [, data = '', texts = ''] = DATA.exec(page) ?? [];
		expect(JSON.parse(data).rows).toHaveLength(100_000);
		expect(texts.split('\n').map((line) => JSON.parse(line)[1])).toEqual(Array(100_000).fill('openssl'));
	});
});
