import { type EvaluationInputs, evaluate } from './evaluate.ts';
import { type Finding, type FindingDraft, finding } from './finding.ts';
import { findingsDocument } from './findings.ts';
import { effectivePolicy, type PolicyRules } from './policy.ts';

export const DIGEST = `sha256:${'a1'.repeat(32)}`;
export const NOW = Date.parse('2026-06-15T12:00:00Z');

export const openssl = {
	name: 'openssl',
	version: '3.0.11',
	type: 'deb',
	purl: 'pkg:deb/debian/openssl@3.0.11?distro=debian-12',
	path: 'usr/lib/libssl.so.3',
	layers: [`sha256:${'1a'.repeat(32)}`],
	fixedVersions: ['3.0.13'],
};

/** A high finding in openssl, but for what is given. */
export const draft = (parts: Partial<FindingDraft>): Finding =>
	finding({
		id: 'CVE-2026-1',
		aliases: [],
		givenSeverity: 'HIGH',
		cvss: [],
		epss: undefined,
		knownExploited: undefined,
		exploitAvailable: undefined,
		packages: [openssl],
		fix: 'available',
		firstSeen: undefined,
		platforms: ['linux/amd64'],
		title: undefined,
		description: undefined,
		links: [],
		status: 'active',
		...parts,
	});

/** Findings of team/shop. */
export const documentOf = (findings: readonly Finding[]) =>
	findingsDocument({
		repository: 'team/shop',
		digest: DIGEST,
		scanType: 'enhanced',
		platforms: [{ platform: 'linux/amd64', digest: DIGEST, status: 'complete' }],
		findings,
	});

/** Evaluates findings of team/shop under rules as a policy file would state them. */
export function run(findings: readonly Finding[], rules: PolicyRules = {}, more: Partial<EvaluationInputs> = {}) {
	const policy = effectivePolicy({ rules, repositories: [] }, undefined);
	return evaluate({ findings: documentOf(findings), policy, vex: [], now: NOW, ...more });
}
