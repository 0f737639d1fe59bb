import { type Digest, isDigest, messageOf, PipelineError } from '@ecr-pipeline/core';
import { imagePurl } from './purl.ts';
import { asObject, isObject, objectAt, objectsAt, refuse, requiredTextAt, timeAt } from './shape.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://slsa.dev/verification_summary/v1';
// VSA: custom levels are allowed when they do not start with SLSA_; FAILED is the level of what did not pass.
const PASSED_LEVEL = 'ECR_PIPELINE_IMAGE_POLICY';

// A verification summary has room for one policy; a second one goes into the descriptor's annotations (in-toto
// attestation spec v1, ResourceDescriptor), which verifiers that do not know it skip.
const ORG_POLICY = 'orgPolicy';
const ORG_PATH = `predicate.policy.annotations.${ORG_POLICY}`;

/** Something a verdict rests on: a file of findings, VEX, or a baseline. */
export interface Evidence {
	readonly uri: string;
	readonly digest: string;
}

export interface VerdictParts {
	/** `[registry/]repository@digest` */
	readonly image: string;
	readonly digest: string;
	readonly passed: boolean;
	/** The digest is that of the file's bytes; of the effective rules, where the inputs are all there is. */
	readonly policy: Evidence & { readonly org?: Evidence };
	readonly evidence: readonly Evidence[];
	/** Milliseconds since 1970. */
	readonly verifiedAt: number;
	readonly verifier: { readonly id: string; readonly version: string };
}

/**
 * The verdict as an in-toto statement with SLSA's verification summary (slsa.dev/spec/v1.1/verification_summary), ready for
 * a DSSE envelope. The same parts give the same bytes.
 */
export function formatVerdict(parts: VerdictParts): string {
	const statement = {
		_type: STATEMENT_TYPE,
		subject: [{ name: parts.image, digest: digestSet(parts.digest) }],
		predicateType: PREDICATE_TYPE,
		predicate: {
			verifier: { id: parts.verifier.id, version: { 'gate-on-findings': parts.verifier.version } },
			timeVerified: new Date(parts.verifiedAt).toISOString(),
			resourceUri: resourceUri(parts.image, parts.digest),
			policy: policyDescriptor(parts.policy),
			inputAttestations: parts.evidence.map(({ uri, digest }) => ({ uri, digest: digestSet(digest) })),
			verificationResult: parts.passed ? 'PASSED' : 'FAILED',
			verifiedLevels: [parts.passed ? PASSED_LEVEL : 'FAILED'],
			slsaVersion: '1.1',
		},
	};
	return `${JSON.stringify(statement, undefined, '\t')}\n`;
}

/** What a verdict file says. */
export interface Verdict {
	/** The image that it is about: nothing else may be let through by it. */
	readonly digest: Digest;
	readonly passed: boolean;
	readonly policyUri: string;
	readonly policyDigest: Digest;
	/** Of the org policy that it was held against too. */
	readonly orgPolicyDigest?: Digest;
	/** Milliseconds since 1970. */
	readonly verifiedAt: number;
	readonly verifier: string;
}

/**
 * Reads a verdict file. Anything that is not exactly such a statement is an error, so that nothing else can pass for one.
 * @param name how the file is called in messages
 */
export function readVerdict(text: string, name: string): Verdict {
	try {
		const statement: unknown = JSON.parse(text);
		if (isObject(statement) && 'payload' in statement && 'signatures' in statement)
			throw refuse('the document', 'an in-toto statement that is not in an envelope', statement);
		return verdictOf(statement);
	} catch (error) {
		throw new PipelineError({
			code: 'unsupported',
			attempted: `Could not read ${name} as a verdict of gate-on-findings`,
			answer: messageOf(error),
			fix: 'Pass the verdict-file output of gate-on-findings.',
			cause: error,
		});
	}
}

function verdictOf(value: unknown): Verdict {
	const statement = asObject(value, 'the document');
	if (statement._type !== STATEMENT_TYPE) throw refuse('_type', STATEMENT_TYPE, statement._type);
	if (statement.predicateType !== PREDICATE_TYPE)
		throw refuse('predicateType', PREDICATE_TYPE, statement.predicateType);
	const [subject, ...others] = objectsAt(statement, 'subject', 'statement');
	if (subject === undefined || others.length > 0) throw refuse('subject', 'a list of one image', statement.subject);
	const predicate = objectAt(statement, 'predicate', 'statement');
	const policy = objectAt(predicate, 'policy', 'predicate');
	const { [ORG_POLICY]: org } = objectAt(policy, 'annotations', 'predicate.policy');
	const result = requiredTextAt(predicate, 'verificationResult', 'predicate');
	if (result !== 'PASSED' && result !== 'FAILED')
		throw refuse('predicate.verificationResult', 'PASSED or FAILED', result);
	const time = timeAt(predicate, 'timeVerified', 'predicate');
	if (time === undefined || typeof predicate.timeVerified !== 'string')
		throw refuse('predicate.timeVerified', 'a time', predicate.timeVerified);
	return {
		digest: digestAt(subject, 'subject[0]'),
		passed: result === 'PASSED',
		policyUri: requiredTextAt(policy, 'uri', 'predicate.policy'),
		policyDigest: digestAt(policy, 'predicate.policy'),
		...(org === undefined ? {} : { orgPolicyDigest: digestAt(asObject(org, ORG_PATH), ORG_PATH) }),
		verifiedAt: Date.parse(time),
		verifier: requiredTextAt(objectAt(predicate, 'verifier', 'predicate'), 'id', 'predicate.verifier'),
	};
}

function digestAt(parent: Readonly<Record<string, unknown>>, path: string): Digest {
	const hex = requiredTextAt(objectAt(parent, 'digest', path), 'sha256', `${path}.digest`);
	const digest = `sha256:${hex}`;
	if (!isDigest(digest)) throw refuse(`${path}.digest.sha256`, '64 lower-case hexadecimal digits', hex);
	return digest;
}

function digestSet(digest: string): { readonly sha256: string } {
	return { sha256: digest.replace(/^sha256:/, '') };
}

function resourceUri(image: string, digest: string): string {
	return imagePurl(image.slice(0, image.lastIndexOf('@')), digest);
}

function policyDescriptor({ uri, digest, org }: VerdictParts['policy']): object {
	return {
		uri,
		digest: digestSet(digest),
		...(org === undefined ? {} : { annotations: { [ORG_POLICY]: { uri: org.uri, digest: digestSet(org.digest) } } }),
	};
}
