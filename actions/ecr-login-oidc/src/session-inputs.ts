import type { Inputs } from '@ecr-pipeline/core';
import type { ChainedRole } from '@ecr-pipeline/ecr';
import { USUAL_TAGS } from './session-tags.ts';

export const ROLE_ARN = /^arn:[a-z0-9-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
// API reference, AssumeRole: what STS takes as an external id, and how many managed policies.
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const POLICY_ARN = /^arn:[a-z0-9-]+:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/;
const MOST_POLICIES = 10;

export function readSessionName(inputs: Inputs): string {
	const name = inputs.text('role-session-name') ?? 'GitHubActions';
	if (!SESSION_NAME.test(name))
		inputs.problem('role-session-name', name, '2 to 64 characters of A-Z a-z 0-9 _ + = , . @ -');
	return name;
}

export function readChain(inputs: Inputs): ChainedRole[] {
	return inputs.lines('role-chain').map((line) => {
		// An external id may hold commas, so it is all that stands behind the first.
		const [, arn = '', option] = /^([^,]*)(?:,\s*(.*))?$/.exec(line) ?? [];
		const externalId = /^external-id=(.+)$/.exec(option ?? '')?.[1];
		if (!ROLE_ARN.test(arn) || (option !== undefined && !EXTERNAL_ID.test(externalId ?? ''))) {
			inputs.problem(
				'role-chain',
				line,
				'each line is the ARN of a role, and ",external-id=…" behind it where the role wants one',
			);
		}
		return externalId === undefined ? { arn } : { arn, externalId };
	});
}

export function readExternalId(inputs: Inputs): string | undefined {
	const externalId = inputs.text('role-external-id');
	if (externalId !== undefined && !EXTERNAL_ID.test(externalId))
		inputs.problem('role-external-id', externalId, '2 to 1224 characters of A-Z a-z 0-9 _ + = , . @ : / -');
	return externalId;
}

export function readPolicyArns(inputs: Inputs): string[] {
	const arns = inputs.list('managed-session-policies');
	for (const arn of arns)
		if (!POLICY_ARN.test(arn))
			inputs.problem('managed-session-policies', arn, 'ARNs of policies, arn:aws:iam::ACCOUNT:policy/NAME');
	if (arns.length > MOST_POLICIES)
		inputs.problem('managed-session-policies', `${arns.length} policies`, `at most ${MOST_POLICIES}`);
	return arns;
}

export function readTags(inputs: Inputs): Record<string, string> {
	const given = inputs.text('custom-tags');
	if (given === undefined) return {};
	try {
		const value: unknown = JSON.parse(given);
		const whole =
			typeof value === 'object' && value !== null && Object.values(value).every((item) => typeof item === 'string');
		if (whole && !Array.isArray(value)) return checkedTags(value as Record<string, string>, inputs);
	} catch {
		// Said below.
	}
	inputs.problem('custom-tags', given, 'a JSON object of strings');
	return {};
}

// API reference, Tag: what STS takes in keys and values, and how many tags.
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MOST_TAGS = 50 - USUAL_TAGS.length;

function checkedTags(tags: Record<string, string>, inputs: Inputs): Record<string, string> {
	const entries = Object.entries(tags);
	if (entries.length > MOST_TAGS)
		inputs.problem(
			'custom-tags',
			`${entries.length} tags`,
			`at most ${MOST_TAGS}: STS takes 50, and ${USUAL_TAGS.length} are set`,
		);
	for (const [key, value] of entries) {
		if (key.length < 1 || key.length > 128 || value.length > 256 || !TAG_TEXT.test(key) || !TAG_TEXT.test(value))
			inputs.problem(
				'custom-tags',
				`${key}=${value}`,
				'a key of 1 to 128 and a value of at most 256 letters, digits, spaces and _ . : / = + - @',
			);
	}
	return tags;
}

export function readTransitiveKeys(inputs: Inputs, tags: Readonly<Record<string, string>>): string[] {
	const keys = inputs.list('transitive-tag-keys');
	const known = [...Object.keys(tags), ...USUAL_TAGS];
	for (const key of keys)
		if (!known.includes(key)) inputs.problem('transitive-tag-keys', key, `a key of a session tag: ${known.join(', ')}`);
	return keys;
}
