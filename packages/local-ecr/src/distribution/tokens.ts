import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../aws/credentials.ts';
import type { Clock } from '../clock.ts';

/** What a registry password stands for. */
interface TokenClaims {
	readonly principal: Principal;
	/** A token opens the registries of its own region only. */
	readonly region: string;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
}

/** Mints and reads the passwords of `GetAuthorizationToken`. They carry their own meaning, so a restart forgets none. */
export interface Tokens {
	readonly mint: (principal: Principal, region: string) => { readonly password: string; readonly expiresAt: number };
	/** Undefined for a password that was not minted here. An expired one is returned: its refusal has words of its own. */
	readonly read: (password: string) => TokenClaims | undefined;
}

const HOURS = 12;
// ECR's passwords are some 2 KB long, which breaks tools that expect less; ours are too.
const PADDING = 1_000;

export function createTokens(secret: string, clock: Clock): Tokens {
	const sign = (payload: string) => createHmac('sha256', secret).update(payload).digest('base64url');
	return {
		mint: ({ account, arn, userId, roleArn, policies }, region) => {
			const principal = {
				account,
				arn,
				userId,
				...(roleArn === undefined ? {} : { roleArn }),
				...(policies === undefined ? {} : { policies }),
			};
			const expiresAt = clock.now() + HOURS * 3_600_000;
			const claims = { principal, region, expiresAt, padding: randomBytes(PADDING).toString('base64') };
			const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
			return { password: `${payload}.${sign(payload)}`, expiresAt };
		},
		read: (password) => {
			const [payload = '', signature = ''] = password.split('.');
			const expected = Buffer.from(sign(payload));
			const given = Buffer.from(signature);
			if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
			return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as TokenClaims;
		},
	};
}
