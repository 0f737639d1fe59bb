import { errors, type JWTPayload } from 'jose';
import type { Principal, Session } from '../aws/credentials.ts';
import type { BoundPolicy } from '../aws/permissions.ts';
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
		...(world.settings.enforceIam ? { policies: policiesOf(role, request) } : {}),
	};
	return { session: world.credentials.startSession(principal, seconds), assumedRoleId };
}

/** A session may do what its role may and its own policy lets through. */
function policiesOf(role: Role, request: AssumeRequest): BoundPolicy[] {
	return [
		...(role.policy === undefined ? [] : [{ kind: 'identity-based', text: role.policy } as const]),
		...(request.policy === undefined ? [] : [{ kind: 'session', text: request.policy } as const]),
	];
}
