import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import { completeClaims, DEFAULT_CLAIMS, type WorkflowClaims } from './claims.ts';

const SECONDS = 300;
const KEY_ID = 'local-ecr';

/** GitHub's token issuer, with a key of its own. */
export interface OidcIssuer {
	/** What a job must send as bearer: ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
	readonly requestToken: () => string;
	readonly configure: (settings: { claims?: Readonly<Record<string, string>>; requestToken?: string }) => void;
	/** @param claims over those that are configured, for this one token */
	readonly issue: (audience: string | undefined, claims: Readonly<Record<string, string>>) => Promise<string>;
	readonly keys: () => Promise<JSONWebKeySet>;
	/** Checks signature, issuer and times. @throws errors of jose, by `code` */
	readonly verify: (token: string) => Promise<JWTPayload>;
	readonly url: () => string;
}

/** @param url the issuer's own address, `http://127.0.0.1:5000/_github/oidc` */
export function createIssuer(url: () => string, clock: Clock, requestToken: string): OidcIssuer {
	let claims: WorkflowClaims = DEFAULT_CLAIMS;
	let bearer = requestToken;
	let pair: ReturnType<typeof generateKeyPair> | undefined;
	// An RSA key takes longer to make than everything else at the start; it is made when it is first needed.
	const keyPair = () => {
		pair ??= generateKeyPair('RS256', { extractable: true });
		return pair;
	};
	const seconds = () => Math.floor(clock.now() / 1000);

	return {
		url,
		requestToken: () => bearer,
		configure: (settings) => {
			claims = { ...claims, ...settings.claims };
			bearer = settings.requestToken ?? bearer;
		},
		issue: async (audience, overrides) => {
			const all = completeClaims({ ...claims, ...overrides });
			const owner = `https://github.com/${all.repository_owner}`;
			return new SignJWT({ iss: url(), aud: audience ?? owner, ...all })
				.setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })
				.setIssuedAt(seconds())
				.setNotBefore(seconds())
				.setExpirationTime(seconds() + SECONDS)
				.setJti(newId())
				.sign((await keyPair()).privateKey);
		},
		keys: async () => ({
			keys: [{ ...(await exportJWK((await keyPair()).publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }],
		}),
		verify: async (token) => {
			const options = { issuer: url(), currentDate: new Date(clock.now()), algorithms: ['RS256'] };
			return (await jwtVerify(token, (await keyPair()).publicKey, options)).payload;
		},
	};
}
