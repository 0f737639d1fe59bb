import type { Clock } from '../clock.ts';
import { randomKey, randomSecret } from '../ids.ts';
import type { BoundPolicy } from './permissions.ts';
import { ServiceError } from './service-error.ts';

/** Who calls: an IAM user, or a session of a role. */
export interface Principal {
	readonly account: string;
	readonly arn: string;
	readonly userId: string;
	/** The role behind a session. */
	readonly roleArn?: string;
	/** What narrows it; absent when it may do everything. */
	readonly policies?: readonly BoundPolicy[];
	/** Session tags: `aws:PrincipalTag` of policies. */
	readonly tags?: Readonly<Record<string, string>>;
}

export interface Session extends Principal {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
}

export interface Credentials {
	readonly addUser: (accessKeyId: string, principal: Principal) => void;
	readonly startSession: (principal: Principal, seconds: number) => Session;
	/** @throws ServiceError UnrecognizedClientException, ExpiredTokenException */
	readonly identify: (accessKeyId: string, sessionToken: string | undefined) => Principal;
	/** Whose a key is, whether or not it is still valid; undefined for one that nobody issued. */
	readonly accountOf: (accessKeyId: string) => string | undefined;
}

// A key that carries its account, as AWS's own keys do: any laptop can speak for any account without a seed.
const ACCOUNT_KEY = /^AKIA(\d{12})[A-Z0-9]{4}$/;

export function accessKeyOf(account: string): string {
	return `AKIA${account}TEST`;
}

export function createCredentials(clock: Clock): Credentials {
	const users = new Map<string, Principal>();
	const sessions = new Map<string, Session>();

	const startSession: Credentials['startSession'] = (principal, seconds) => {
		const session: Session = {
			...principal,
			accessKeyId: `ASIA${randomKey(16)}`,
			secretAccessKey: randomSecret(30),
			sessionToken: randomSecret(300),
			expiresAt: clock.now() + seconds * 1000,
		};
		sessions.set(session.accessKeyId, session);
		return session;
	};

	const identify: Credentials['identify'] = (accessKeyId, sessionToken) => {
		const session = sessions.get(accessKeyId);
		if (session !== undefined && session.sessionToken === sessionToken) {
			if (session.expiresAt > clock.now()) return session;
			throw new ServiceError('ExpiredTokenException', 'The security token included in the request is expired');
		}
		const user = session === undefined ? (users.get(accessKeyId) ?? userOf(accessKeyId)) : undefined;
		if (user === undefined)
			throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
		return user;
	};

	return {
		addUser: (key, principal) => void users.set(key, principal),
		startSession,
		identify,
		accountOf: (key) => (sessions.get(key) ?? users.get(key) ?? userOf(key))?.account,
	};
}

function userOf(accessKeyId: string): Principal | undefined {
	const account = ACCOUNT_KEY.exec(accessKeyId)?.[1];
	if (account === undefined) return undefined;
	return { account, arn: `arn:aws:iam::${account}:user/local`, userId: `AIDA${accessKeyId.slice(4)}` };
}
