import { evaluate } from '../evaluate.ts';
import { type Finding, finding } from '../finding.ts';
import { findingsDocument } from '../findings.ts';
import { effectivePolicy, type PolicyRules } from '../policy.ts';
import type { ReportMaterial } from './material.ts';

// What the tests of the reports are made of.

const DIGEST = `sha256:${'a1'.repeat(32)}`;
export const IMAGE = `r.example/team/shop@${DIGEST}`;
/** Everything that a stranger may try in one text. */
export const HOSTILE = [
	'</script><script>alert(1)</script>',
	'<img src=x onerror=alert(1)>',
	'\n::error::owned\n::set-output name=verdict::passed',
	'##[error]owned',
	'| a | b |\n| --- | --- |',
	'[click](javascript:alert(1)) ![x](https://evil.example/p.png) @everyone #1',
	'```\n</details>\u0000\u001b[31m\u202e',
	'\ud800 lone',
].join(' ');

/** The same and more, one by one. */
export const HOSTILE_TEXTS = [
	HOSTILE,
	'"><svg onload="owned=1">',
	"');owned=1;//",
	'<!--<script>owned=1</script>',
	'javascript:owned=1',
	'\u2028owned=1\u2029',
	'__proto__',
	'</textarea></style></title><iframe src="https://evil.example">',
	`x${'y'.repeat(1_000_000)}`,
];

export function vulnerability(
	id: string,
	text = 'text',
	links: string[] = [`https://example.com/${encodeURIComponent(id)}`],
): Finding {
	return finding({
		id,
		aliases: [],
		givenSeverity: 'HIGH',
		cvss: [{ source: 'NVD', version: '3.1', score: 7.5 }],
		epss: undefined,
		knownExploited: undefined,
		exploitAvailable: undefined,
		packages: [{ name: text, version: text, path: text, layers: [], fixedVersions: [text] }],
		fix: 'available',
		firstSeen: undefined,
		platforms: ['linux/amd64'],
		title: text,
		description: text,
		links,
		status: 'active',
	});
}

export function material(findings: readonly Finding[], rules: PolicyRules = {}): ReportMaterial {
	const platforms = [{ platform: 'linux/amd64', status: 'complete' as const }];
	const document = findingsDocument({
		repository: 'team/shop',
		digest: DIGEST,
		scanType: 'enhanced',
		platforms,
		findings,
	});
	const policy = effectivePolicy({ rules, repositories: [] }, 'team/shop');
	const now = Date.parse('2026-06-15T12:00:00Z');
	const evaluation = evaluate({ findings: document, policy, vex: [], now });
	const digests = { digest: DIGEST, policy: { uri: 'policy.yml', digest: DIGEST } };
	return { image: IMAGE, mode: 'enforce', evaluation, scanType: 'enhanced', platforms, now, ...digests };
}

/** A finding of which every text is this one, as no reader would let it through. */
export function everywhere(text: string): Finding {
	return {
		...vulnerability('CVE-2026-1'),
		id: text,
		aliases: [text],
		givenSeverity: text,
		cvss: [{ source: text, version: text, vector: text, score: 9 }],
		packages: [
			{ name: text, version: text, type: text, purl: text, path: text, layers: [text], fixedVersions: [text] },
		],
		platforms: [text],
		title: text,
		description: text,
		links: [text, 'https://e.example/"><script>owned=1</script>'],
	};
}
