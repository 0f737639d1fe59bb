import { errors, type JWTPayload } from 'jose';
import type { Principal, Session } from '../aws/credentials.ts';
import { assertPermitted, type BoundPolicy } from '../aws/permissions.ts';
import { ServiceError } from '../aws/service-error.ts';
import { randomKey } from '../ids.ts';
import type { World } from '../world.ts';
import { type AssumeRequest, type Parameters, readAssumeRequest } from './request.ts';
import { type Role, roleParts, trustsPrincipal, trustsSubject } from './roles.ts';

export interface Assumed {
	readonly session: Session;
	readonly assumedRoleId: string;
	readonly token?: JWTPayload;
}

const HOUR = 3600;

/** A role for a token of the issuer (auth.md 2.2). @throws ServiceError with the codes of the STS model */
export async function assumeWithWebIdentity(world: World, parameters: Parameters): Promise<Assumed> {
	const request = readAssumeRequest(parameters);
	const denied = new ServiceError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
	const token = await readToken(world, parameters.get('WebIdentityToken') ?? '');
	const found = world.roles.find(request.roleArn);
	if (found === undefined) throw denied;
	const { role, open } = found;
	const audience = role.trust.audience ?? 'sts.amazonaws.com';
	if (token.aud !== audience && !(open && role.trust.audience === undefined))
		throw new ServiceError('InvalidIdentityToken', 'Incorrect token audience');
	if (!open && !trustsSubject(role.trust, token.sub ?? '')) throw denied;
	return { ...start(world, role, request, request.durationSeconds ?? HOUR), token };
}

async function readToken({ oidc }: World, token: string): Promise<JWTPayload> {
	try {
		return await oidc.verify(token);
	} catch (error) {
		if (error instanceof errors.JWTExpired)
			throw new ServiceError(
				'ExpiredTokenException',
				'Token expired: current date/time must be before the expiration date/time',
			);
		if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss')
			throw new ServiceError(
				'InvalidIdentityToken',
				'No OpenIDConnect provider found in your account for the issuer of the token',
			);
		throw new ServiceError(
			'InvalidIdentityToken',
			`Couldn't retrieve verification key from your identity provider, or the token is not one of its: ${String(error)}`,
		);
	}
}

/** A role for a caller with AWS credentials. A role session gets one hour at most from here on: role chaining. */
export function assumeRole(world: World, principal: Principal, parameters: Parameters): Assumed {
	const request = readAssumeRequest(parameters);
	const facts = {
		now: world.clock.now(),
		secure: world.apiOrigin().startsWith('https:'),
		requestTags: tagsOf(request),
	};
	for (const action of ['sts:AssumeRole', ...(request.tags.length > 0 ? ['sts:TagSession'] : [])])
		assertPermitted(principal, action, request.roleArn, facts);
	const denied = (action: string) =>
		new ServiceError(
			'AccessDenied',
			`User: ${principal.arn} is not authorized to perform: ${action} on resource: ${request.roleArn}`,
			403,
		);
	const found = world.roles.find(request.roleArn);
	if (found === undefined) throw denied('sts:AssumeRole');
	const { role, open } = found;
	const { externalId, tagSession = true } = role.trust;
	if (externalId !== undefined && externalId !== parameters.get('ExternalId')) throw denied('sts:AssumeRole');
	if (!open && !trustsPrincipal(role.trust, principal)) throw denied('sts:AssumeRole');
	if (!tagSession && request.tags.length > 0) throw denied('sts:TagSession');
	const seconds = request.durationSeconds ?? HOUR;
	if (principal.roleArn !== undefined && seconds > HOUR)
		throw new ServiceError(
			'ValidationError',
			'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
		);
	return start(world, role, request, seconds);
}

function start(world: World, role: Role, request: AssumeRequest, seconds: number): Assumed {
	if (seconds > role.maxSessionDuration)
		throw new ServiceError(
			'ValidationError',
			'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
		);
	const parts = roleParts(role.arn);
	if (parts === undefined) throw new ServiceError('ValidationError', `${role.arn} is invalid`);
	const [, partition] = role.arn.split(':');
	const assumedRoleId = `AROA${randomKey(17)}:${request.sessionName}`;
	const principal: Principal = {
		account: parts.account,
		arn: `arn:${partition}:sts::${parts.account}:assumed-role/${parts.name}/${request.sessionName}`,
		userId: assumedRoleId,
		roleArn: role.arn,
		...(request.tags.length > 0 ? { tags: tagsOf(request) } : {}),
		...(world.settings.enforceIam ? { policies: policiesOf(world, role, request) } : {}),
	};
	return { session: world.credentials.startSession(principal, seconds), assumedRoleId };
}

const tagsOf = ({ tags }: AssumeRequest) => Object.fromEntries(tags.map(({ key, value }) => [key, value]));

/** A session may do what its role may and what its session policies, all of them together, let through. */
function policiesOf({ roles }: World, role: Role, { policy, policyArns }: AssumeRequest): BoundPolicy[] {
	const managed = policyArns.map((arn) => {
		const text = roles.policy(arn);
		if (text !== undefined) return text;
		throw new ServiceError(
			'MalformedPolicyDocument',
			`local-ecr does not know the managed policy ${arn}: give its document in the seed, under policies`,
		);
	});
	const session = [...managed, ...(policy === undefined ? [] : [policy])];
	const statements = session.flatMap((text) => (JSON.parse(text) as { Statement: object | object[] }).Statement);
	return [
		...(role.policy === undefined ? [] : [{ kind: 'identity-based', text: role.policy } as const]),
		...(session.length === 0 ? [] : [{ kind: 'session', text: JSON.stringify({ Statement: statements }) } as const]),
	];
}
