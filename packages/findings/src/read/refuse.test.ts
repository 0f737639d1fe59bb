import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readFindings, readFindingsFrom } from './read.ts';

const NAMES = [
	'ecr-enhanced.json',
	'ecr-basic-pages.json',
	'inspector.json',
	'trivy.json',
	'grype.json',
	'scanner.sarif',
];
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures', name), 'utf8');
const DIGEST = `sha256:${'a1'.repeat(32)}`;
const head = `"schemaVersion":1,"digest":"${DIGEST}","scanType":"enhanced","platforms":[{"platform":"linux/amd64","status":"complete"}]`;
const one = (id: string, more = ''): string =>
	`{"id":"${id}","aliases":[],"severity":"high","givenSeverity":"HIGH","cvss":[],"packages":[],"fix":"none","platforms":[],"links":[],"status":"active"${more}}`;
const file = (findings: string): string => `{${head},"findings":[${findings}]}`;
const refusal = (text: string | Buffer): string => {
	try {
		readFindingsFrom({ name: 'f.json', chunks: () => [Buffer.from(text)] });
	} catch (error) {
		return String(error);
	}
	return 'it was read';
};

describe('a file that ends too early', () => {
	it.each(NAMES)('is refused at every place: %s', (name) => {
		const text = fixture(name).trimEnd();
		const step = Math.max(1, Math.floor(text.length / 150));
		for (let end = text.length - 1; end > 0; end -= step)
			expect(() => readFindings(text.slice(0, end), name)).toThrow(`Could not read findings from ${name}`);
	});

	it('is told with the finding and the byte at which it ends', () => {
		const text = file(`${one('CVE-2026-1')},${one('CVE-2026-2')}`);
		expect(refusal(text.slice(0, -20))).toMatch(/not JSON at byte \d+, in findings\[1\]: the file ends here/);
	});
});

describe('a file that is read in pieces', () => {
	it.each(NAMES)('says the same, wherever one piece ends and the next begins: %s', (name) => {
		const bytes = Buffer.from(fixture(name));
		const whole = readFindings(fixture(name), name);
		for (const size of [1, 7, 64, 1000]) {
			const chunks = function* (): Iterable<Buffer> {
				for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
			};
			expect(readFindingsFrom({ name, chunks })).toEqual(whole);
		}
	});

	it('takes findings in any layout: one a line, all in one line, indented', () => {
		const lines = [one('CVE-2026-1'), one('CVE-2026-2', ',"title":"a\\n]}, \\"{[ \\\\"'), one('CVE-2026-3')];
		const layouts = [
			file(`\n${lines.join(',\n')}\n`),
			file(lines.join(',')),
			file(`\r\n${lines.join(',\r\n')}\r\n`),
			file(`${lines[0]},${lines[1]},\n${lines[2]}\n`),
			JSON.stringify(JSON.parse(file(lines.join(','))), undefined, 4),
		];
		for (const layout of layouts)
			expect(readFindings(layout, 'f').findings).toEqual(JSON.parse(file(lines.join(','))).findings);
	});

	it('does not need its head first: what was scanned may stand at the end', () => {
		const text = `{"findings":[${one('CVE-2026-1')}],${head}}`;
		expect(readFindings(text, 'f.json')).toMatchObject({ format: 'normalised', findings: [{ id: 'CVE-2026-1' }] });
	});
});

describe('what cannot be fully understood is refused, and the place is named:', () => {
	it.each<[string, string | Buffer, RegExp]>([
		['something behind the end', `${file(one('CVE-2026-1'))} {}`, /not JSON/],
		['a second file behind the first', file(one('CVE-2026-1')).repeat(2), /not JSON/],
		[
			'a list of findings that is there twice',
			`{${head},"findings":[],"findings":[${one('CVE-2026-1')}]}`,
			/"findings" is there twice/,
		],
		[
			'a key of the head that is there twice',
			`{${head},"digest":"${DIGEST}","findings":[]}`,
			/"digest" is there twice/,
		],
		['a comma too much', file(`${one('CVE-2026-1')},`), /findings\[1\]: an element is missing/],
		['a comma too little', file(`${one('CVE-2026-1')} ${one('CVE-2026-2')}`), /findings\[1\]: a comma is missing/],
		[
			'a finding that is no object',
			file(`${one('CVE-2026-1')}, "CVE-2026-2"`),
			/findings\[1\] should be of type object/,
		],
		['a finding that is null', file('null'), /findings\[0\] should be of type object/],
		['a broken finding', file(`${one('CVE-2026-1')},{"id":}`), /not JSON at byte \d+, in findings\[1\]/],
		['a wrong type', file(one('CVE-2026-1', ',"epss":"0.5"')), /findings\[0\]\.epss should be of type number/],
		['a key that is not known', file(one('CVE-2026-1', ',"epps":0.5')), /findings\[0\]\.epps should be absent.*"epss"/],
		['findings that are no list', `{${head},"findings":{}}`, /findings should be of type array/],
		['no findings', `{${head}}`, /findings should be there/],
		[
			'text that is not UTF-8',
			Buffer.from(file(one('CVE-2026-\xff')), 'latin1'),
			/findings\[0\]: its text is not UTF-8/,
		],
		['two formats in one', `{${head},"findings":[],"matches":[{}]}`, /matches/],
		['pages of two kinds', `[${fixture('ecr-enhanced.json')},{"findings":[]}]`, /should be/],
		['a page that is none', `[${fixture('ecr-enhanced.json')},7]`, /should be/],
		['a bracket that closes nothing', `{${head}]`, /closes what is not open/],
		['nothing', '', /not JSON/],
		[
			'a wrong number',
			file(one('CVE-2026-1', ',"cvss":[{"source":"NVD","score":11}]').replace('"cvss":[],', '')),
			/findings\[0\]\.cvss\[0\]\.score/,
		],
	])('%s', (_, text, message) => {
		expect(refusal(text)).toMatch(message);
	});

	it('enhanced and basic findings in one scan', () => {
		const document = JSON.parse(fixture('ecr-enhanced.json'));
		document.imageScanFindings.findings = [{ name: 'CVE-2026-1' }];
		expect(refusal(JSON.stringify(document))).toMatch(/either findings or enhancedFindings/);
	});

	it('findings in a list that the format does not have', () => {
		const document = { ...JSON.parse(fixture('grype.json')), findings: [{ id: 'CVE-2026-1' }] };
		expect(refusal(JSON.stringify(document))).toMatch(/findings should be absent/);
	});

	it('a misconfiguration of which it is not said whether it failed', () => {
		const document = JSON.parse(fixture('trivy.json'));
		document.Results[0].Misconfigurations = [{ ID: 'AVD-1', Status: 'MAYBE' }];
		expect(refusal(JSON.stringify(document))).toMatch(/Results\[0\]\.Misconfigurations\[0\]\.Status.*MAYBE/);
	});
});

it('reads a byte order mark as none', () => {
	expect(readFindings(`\ufeff${file(one('CVE-2026-1'))}`, 'f.json').findings).toHaveLength(1);
});

it('cuts texts that are longer than any advisory', () => {
	const [finding] = readFindings(file(one('CVE-2026-1', `,"title":"${'x'.repeat(1_000_000)}"`)), 'f.json').findings;
	expect(finding?.title).toHaveLength(400);
});
