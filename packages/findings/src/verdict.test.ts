import { digestOf } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { formatVerdict, readVerdict } from './verdict.ts';

const DIGEST = digestOf('image');
const parts = {
	image: `r.example/team/shop@${DIGEST}`,
	digest: DIGEST,
	passed: true,
	policy: { uri: '.github/image-policy.yml', digest: digestOf('policy') },
	evidence: [{ uri: 'findings.json', digest: digestOf('findings') }],
	verifiedAt: Date.parse('2026-06-01T12:00:00Z'),
	verifier: { id: 'https://github.com/o/r/actions/gate-on-findings', version: '0.1.0' },
};

describe('a verdict', () => {
	it('is an in-toto statement with a verification summary', () => {
		expect(JSON.parse(formatVerdict(parts))).toEqual({
			_type: 'https://in-toto.io/Statement/v1',
			subject: [{ name: parts.image, digest: { sha256: DIGEST.slice(7) } }],
			predicateType: 'https://slsa.dev/verification_summary/v1',
			predicate: {
				verifier: { id: parts.verifier.id, version: { 'gate-on-findings': '0.1.0' } },
				timeVerified: '2026-06-01T12:00:00.000Z',
				resourceUri: `pkg:oci/shop@sha256%3A${DIGEST.slice(7)}?repository_url=r.example%2Fteam%2Fshop`,
				policy: { uri: '.github/image-policy.yml', digest: { sha256: digestOf('policy').slice(7) } },
				inputAttestations: [{ uri: 'findings.json', digest: { sha256: digestOf('findings').slice(7) } }],
				verificationResult: 'PASSED',
				verifiedLevels: ['ECR_PIPELINE_IMAGE_POLICY'],
				slsaVersion: '1.1',
			},
		});
	});

	it('reads back as what it says', () => {
		expect(readVerdict(formatVerdict(parts), 'v.json')).toEqual({
			digest: DIGEST,
			passed: true,
			policyUri: parts.policy.uri,
			policyDigest: parts.policy.digest,
			verifiedAt: parts.verifiedAt,
			verifier: parts.verifier.id,
		});
		expect(readVerdict(formatVerdict({ ...parts, passed: false }), 'v.json').passed).toBe(false);
	});

	it('names the org policy beside the policy, and reads it back', () => {
		const org = { uri: 'git+https://github.com/acme/security@v1#p.yml', digest: digestOf('org') };
		const text = formatVerdict({ ...parts, policy: { ...parts.policy, org } });
		expect(JSON.parse(text).predicate.policy.annotations).toEqual({
			orgPolicy: { uri: org.uri, digest: { sha256: org.digest.slice(7) } },
		});
		expect(readVerdict(text, 'v.json')).toMatchObject({
			policyDigest: parts.policy.digest,
			orgPolicyDigest: org.digest,
		});
		const broken = text.replace(org.digest.slice(7), 'soon');
		expect(() => readVerdict(broken, 'v.json')).toThrow(/orgPolicy\.digest\.sha256/);
	});

	it.each([
		['another result', (text: string) => text.replace('PASSED', 'PASS')],
		['another predicate', (text: string) => text.replace('verification_summary/v1', 'provenance/v1')],
		['half a digest', (text: string) => text.replaceAll(DIGEST.slice(7), DIGEST.slice(7, 40))],
		['no time', (text: string) => text.replace('2026-06-01T12:00:00.000Z', 'soon')],
		['two subjects', (text: string) => text.replace('"subject": [', '"subject": [{"digest":{"sha256":"0"}},')],
		['an end in the middle', (text: string) => text.slice(0, -20)],
		['an envelope around it', (text: string) => JSON.stringify({ payload: text, signatures: [] })],
	])('with %s is none', (_, edit) => {
		expect(() => readVerdict(edit(formatVerdict(parts)), 'v.json')).toThrow(/v\.json as a verdict/);
	});
});
