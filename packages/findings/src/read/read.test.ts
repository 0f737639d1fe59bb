import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findingsDocument, formatFindings } from '../findings.ts';
import { readFindings } from './read.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures', name), 'utf8');
const read = (name: string) => readFindings(fixture(name), name);
// biome-ignore lint/suspicious/noExplicitAny: tests break documents at will
const edited = (name: string, edit: (document: any) => unknown) => {
	const document = JSON.parse(fixture(name));
	return readFindings(JSON.stringify(edit(document) ?? document), name);
};
const byId = (name: string, id: string) => read(name).findings.find((finding) => finding.id === id);

describe('an enhanced scan of ECR', () => {
	it('is known by its list of findings and gives image, platform and times', () => {
		expect(read('ecr-enhanced.json')).toMatchObject({
			format: 'ecr-enhanced',
			digests: [DIGEST],
			repository: 'team/shop',
			scanCompletedAt: '2026-05-30T08:16:00.000Z',
			platforms: [{ platform: 'linux/amd64', digest: DIGEST, status: 'complete' }],
		});
	});

	it('keeps package, layer, path, fix, exploit, scores and first sighting', () => {
		expect(byId('ecr-enhanced.json', 'CVE-2026-1001')).toMatchObject({
			aliases: ['GHSA-jfh8-c2jp-5v3q'],
			severity: 'critical',
			givenSeverity: 'CRITICAL',
			exploitAvailable: true,
			fix: 'available',
			firstSeen: '2026-05-20T08:15:30.123Z',
			packages: [
				{
					name: 'org.apache.logging.log4j:log4j-core',
					purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
					path: 'app/lib/log4j-core-2.14.1.jar',
					layers: [`sha256:${'2b'.repeat(32)}`],
					fixedVersions: ['2.17.1'],
				},
			],
		});
		expect(byId('ecr-enhanced.json', 'CVE-2026-1003')).toMatchObject({
			fix: 'none',
			packages: [{ version: '1:1.2.13-1', purl: 'pkg:deb/debian/zlib1g@1%3A1.2.13-1', fixedVersions: [] }],
		});
	});

	it('takes the severity of UNTRIAGED from the CVSS score, and leaves it unknown where there is none', () => {
		expect(byId('ecr-enhanced.json', 'CVE-2026-1007')).toMatchObject({ severity: 'high', givenSeverity: 'UNTRIAGED' });
		expect(byId('ecr-enhanced.json', 'CVE-2026-1004')).toMatchObject({ severity: 'unknown' });
	});

	it('marks what Inspector suppresses, and says nothing of EPSS and KEV, which ECR does not know', () => {
		expect(byId('ecr-enhanced.json', 'CVE-2026-1006')?.status).toBe('suppressed');
		expect(byId('ecr-enhanced.json', 'CVE-2026-1001')).not.toHaveProperty('epss');
		expect(byId('ecr-enhanced.json', 'CVE-2026-1001')).not.toHaveProperty('knownExploited');
	});

	it('that is not done is read as incomplete, whatever it has found so far', () => {
		const pending = edited('ecr-enhanced.json', (document) => {
			document.imageScanStatus.status = 'PENDING';
		});
		expect(pending.platforms[0]).toMatchObject({ status: 'incomplete' });
		const expired = edited('ecr-enhanced.json', (document) => {
			document.imageScanStatus.status = 'SCAN_ELIGIBILITY_EXPIRED';
		});
		expect(expired.platforms[0]).toMatchObject({ status: 'incomplete' });
	});

	it('keeps the time of a sighting that names no zone as one in UTC', () => {
		const { findings } = edited('ecr-enhanced.json', (document) => {
			document.imageScanFindings.enhancedFindings[0].firstObservedAt = '2026-05-20T08:15:30';
		});
		expect(findings.map(({ firstSeen }) => firstSeen)).toContain('2026-05-20T08:15:30.000Z');
	});

	it('with no findings at all is still an enhanced scan', () => {
		const clean = edited('ecr-enhanced.json', (document) => {
			document.imageScanFindings = { enhancedFindings: [], findings: [] };
		});
		expect(clean).toMatchObject({ format: 'ecr-enhanced', findings: [] });
	});

	it('without findings is complete only where it says when it was: before the first scan it looks the same', () => {
		const clean = (body: object | undefined) =>
			edited('ecr-enhanced.json', (document) => {
				document.imageScanFindings = body;
			}).platforms[0]?.status;
		expect(clean({ enhancedFindings: [], imageScanCompletedAt: '2026-05-30T08:16:00Z' })).toBe('complete');
		expect(clean({ enhancedFindings: [] })).toBe('incomplete');
		expect(clean(undefined)).toBe('incomplete');
	});

	it.each([
		['an unknown type of finding', 'type', 'CODE_VULNERABILITY', /PACKAGE_VULNERABILITY/],
		['an unknown status', 'status', 'SLEEPING', /status.*SLEEPING/],
		['an unknown answer', 'fixAvailable', 'MAYBE', /fixAvailable.*MAYBE/],
		['a severity that is no text', 'severity', 7, /severity.*text/],
		['a time that is none', 'firstObservedAt', true, /firstObservedAt.*time/],
		['an EPSS of blanks', 'epss', { score: ' ' }, /epss.score.*number/],
	])('with %s is refused and the place is named', (_, key, value, message) => {
		const broken = () =>
			edited('ecr-enhanced.json', (document) => {
				document.imageScanFindings.enhancedFindings[2][key] = value;
			});
		expect(broken).toThrow(message);
		expect(broken).toThrow('enhancedFindings[2]');
	});
});

describe('a basic scan of ECR', () => {
	it('is read over all its pages', () => {
		const { format, findings, sourceUpdatedAt } = read('ecr-basic-pages.json');
		expect(format).toBe('ecr-basic');
		expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
			'CVE-2026-2001 low',
			'CVE-2026-2002 medium',
			'CVE-2026-2003 critical',
			'CVE-2026-2004 unknown',
		]);
		expect(sourceUpdatedAt).toMatch(/^2026-/);
	});

	it('knows no fixes', () => {
		expect(read('ecr-basic-pages.json').findings.every(({ fix }) => fix === 'unknown')).toBe(true);
	});

	it('with its last page missing is refused, by the token', () => {
		expect(() => edited('ecr-basic-pages.json', (pages) => [pages[0]])).toThrow(/nextToken/);
	});

	it('with its last page missing is refused, by the counts', () => {
		const first = () =>
			edited('ecr-basic-pages.json', ([page]) => {
				delete page.nextToken;
				return page;
			});
		expect(first).toThrow(/all 4 findings/);
	});

	it('of two images in one list is refused', () => {
		const mixed = () =>
			edited('ecr-basic-pages.json', (pages) => {
				pages[1].imageId.imageDigest = `sha256:${'b2'.repeat(32)}`;
			});
		expect(mixed).toThrow(/of one image/);
	});
});

describe('other scanners', () => {
	it('Inspector: EPSS is there', () => {
		expect(read('inspector.json')).toMatchObject({
			format: 'inspector',
			digests: [DIGEST],
			findings: [{ epss: 0.71 }],
		});
	});

	it('Inspector: an empty answer is refused, since it does not say of which image', () => {
		expect(() => readFindings('{"findings":[]}', 'f.json')).toThrow(/does not say for which image/);
	});

	it('Trivy: vulnerabilities of system and language packages, and secrets; licences are named and left out', () => {
		const { format, findings, digests, notes, image } = read('trivy.json');
		expect({ format, digests }).toEqual({ format: 'trivy', digests: [DIGEST] });
		expect(image).toContain('team/shop@');
		expect(findings.map(({ id, severity, fix }) => `${id} ${severity} ${fix}`)).toEqual([
			'CVE-2026-3001 high available',
			'TEMP-0841856-B18BAF unknown none',
			'CVE-2026-3002 critical available',
			'aws-access-key-id critical unknown',
		]);
		expect(findings[2]?.packages[0]).toMatchObject({
			path: 'app/package-lock.json',
			fixedVersions: ['4.17.21', '5.0.0'],
		});
		expect(notes.join()).toContain('1 licences');
	});

	it('Trivy: says where it could find nothing', () => {
		const blind = edited('trivy.json', (report) => {
			delete report.Results;
			report.Metadata.OS = { Family: 'debian', Name: '9', EOSL: true };
		});
		expect(blind.notes.join(' ')).toMatch(/recognised nothing to scan.*out of support/);
	});

	it('Grype: KEV, EPSS and aliases; ignored matches are kept as suppressed', () => {
		const [first, second] = read('grype.json').findings;
		expect(first).toMatchObject({ aliases: ['CVE-2026-4001'], knownExploited: true, epss: 0.42, fix: 'available' });
		expect(second).toMatchObject({ severity: 'informational', status: 'suppressed', fix: 'none' });
	});

	it('SARIF: a level is no severity, a rule id may hold the CVE, suppressed results are marked, passes are none', () => {
		const { findings, digests } = read('scanner.sarif');
		expect(digests).toEqual([]);
		expect(findings.map(({ id, severity, status }) => `${id} ${severity} ${status}`)).toEqual([
			'CVE-2026-5001-openssl critical active',
			'CVE-2026-5002 unknown active',
			'CVE-2026-5003 unknown suppressed',
		]);
		expect(findings[0]?.aliases).toEqual(['CVE-2026-5001']);
	});

	it('SARIF of a scan that failed is refused', () => {
		const failed = () =>
			edited('scanner.sarif', (log) => {
				log.runs[0].invocations = [{ executionSuccessful: false }];
			});
		expect(failed).toThrow(/executionSuccessful/);
	});
});

describe('what wait-for-scan writes', () => {
	const { findings, platforms } = read('ecr-enhanced.json');
	const written = formatFindings(
		findingsDocument({
			image: `r.example/team/shop@${DIGEST}`,
			digest: DIGEST,
			scanType: 'enhanced',
			platforms,
			findings,
		}),
	);

	it('has one finding a line and reads back as it was', () => {
		expect(written.split('\n').filter((line) => line.startsWith('{"id"'))).toHaveLength(findings.length);
		const back = readFindings(written, 'findings.json');
		expect(back).toMatchObject({ format: 'normalised', digests: [DIGEST], platforms });
		expect(new Set(back.findings.map(({ id }) => id))).toEqual(new Set(findings.map(({ id }) => id)));
	});

	it('does not depend on the order in which the findings came', () => {
		const document = { digest: DIGEST, scanType: 'enhanced' as const, platforms };
		const reversed = formatFindings(findingsDocument({ ...document, findings: [...findings].reverse() }));
		expect(reversed).toBe(formatFindings(findingsDocument({ ...document, findings })));
	});

	it('with a value that the schema does not know is refused', () => {
		expect(() => readFindings(written.replace('"severity":"critical"', '"severity":"sever"'), 'f.json')).toThrow(
			/findings\[0\]\.severity should be one of critical/,
		);
		expect(() => readFindings(written.replace('"schemaVersion":1', '"schemaVersion":2'), 'f.json')).toThrow(
			/schemaVersion/,
		);
	});
});

describe('anything else', () => {
	it.each([
		['[]', /a list of 0/],
		['{"vulnerabilities":[]}', /keys vulnerabilities/],
		['{"schemaVersion":1', /not JSON/],
		['"clean"', /format is not known/],
	])('%s is refused with what was seen', (text, message) => {
		expect(() => readFindings(text, 'f.json')).toThrow(message);
	});
});
