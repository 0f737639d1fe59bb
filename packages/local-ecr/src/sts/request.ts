import { policyProblems } from '../aws/policy.ts';
import { ServiceError } from '../aws/service-error.ts';

/** The parameters of a query call. */
export type Parameters = URLSearchParams;

/** What both kinds of AssumeRole take. */
export interface AssumeRequest {
	readonly roleArn: string;
	readonly sessionName: string;
	readonly durationSeconds: number | undefined;
	readonly policy: string | undefined;
	/** Of managed session policies. */
	readonly policyArns: readonly string[];
	readonly tags: readonly { readonly key: string; readonly value: string }[];
}

const POLICY_CHARACTERS = 2048;

/** @throws ServiceError ValidationError, MalformedPolicyDocument, PackedPolicyTooLarge */
export function readAssumeRequest(parameters: Parameters): AssumeRequest {
	const roleArn = parameters.get('RoleArn') ?? '';
	const sessionName = parameters.get('RoleSessionName') ?? '';
	if (roleArn.length < 20) throw invalid('roleArn', roleArn, 'Member must have length greater than or equal to 20');
	if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
		throw invalid('roleSessionName', sessionName, 'Member must satisfy regular expression pattern: [\\w+=,.@-]*');
	return {
		roleArn,
		sessionName,
		durationSeconds: readDuration(parameters),
		policy: readPolicy(parameters),
		policyArns: readPolicyArns(parameters),
		tags: readTags(parameters),
	};
}

function readDuration(parameters: Parameters): number | undefined {
	const given = parameters.get('DurationSeconds');
	if (given === null) return undefined;
	const seconds = Number(given);
	if (!Number.isInteger(seconds) || seconds < 900)
		throw invalid('durationSeconds', given, 'Member must have value greater than or equal to 900');
	if (seconds > 43_200) throw invalid('durationSeconds', given, 'Member must have value less than or equal to 43200');
	return seconds;
}

function readPolicy(parameters: Parameters): string | undefined {
	const policy = parameters.get('Policy');
	const length = (policy ?? '').length + readPolicyArns(parameters).join('').length;
	if (length > POLICY_CHARACTERS)
		throw new ServiceError(
			'PackedPolicyTooLarge',
			`Packed size of session policies consumes ${Math.ceil((length / POLICY_CHARACTERS) * 100)}% of allotted space.`,
		);
	if (policy === null) return undefined;
	const problems = policyProblems(policy, 'identity');
	if (problems.length > 0)
		throw new ServiceError('MalformedPolicyDocument', `The session policy is not valid: ${problems.join(', ')}.`);
	return policy;
}

function readPolicyArns(parameters: Parameters): string[] {
	return [...parameters].filter(([name]) => /^PolicyArns\.member\.\d+\.arn$/.test(name)).map(([, arn]) => arn);
}

function readTags(parameters: Parameters): { key: string; value: string }[] {
	return [...parameters]
		.filter(([name]) => /^Tags\.member\.\d+\.Key$/.test(name))
		.map(([name, key]) => ({ key, value: parameters.get(name.replace(/Key$/, 'Value')) ?? '' }));
}

function invalid(name: string, value: string, why: string): ServiceError {
	return new ServiceError(
		'ValidationError',
		`1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${why}`,
	);
}
