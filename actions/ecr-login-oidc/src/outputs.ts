import type { OutputValue } from '@ecr-pipeline/core';
import type { LoginResult } from './login.ts';

/** The outputs under the contract's names. No secret is among them unless output-credentials asked for it. */
export function outputsOf(result: LoginResult): Record<string, OutputValue> {
	const { logins, accountId, session, outputCredentials } = result;
	const registries = logins.map(({ registry, accountId: account, region, registryCredentialsExpire }) => ({
		registry,
		account,
		region,
		'token-expiration': registryCredentialsExpire,
	}));
	const [own] = registries;
	const summary = {
		registry: own?.registry ?? '',
		'aws-account-id': accountId,
		'assumed-role-arn': session?.arn ?? '',
		'credentials-expiration': session?.credentials.expiration.toISOString() ?? '',
		'token-expiration': own?.['token-expiration'] ?? '',
	};
	return {
		...summary,
		registries,
		...(outputCredentials && session !== undefined ? credentialOutputs(session.credentials) : {}),
		result: { schemaVersion: 1, action: 'ecr-login-oidc', ...summary, registries },
	};
}

function credentialOutputs(credentials: {
	accessKeyId: string;
	secretAccessKey: string;
	sessionToken: string;
}): Record<string, string> {
	return {
		'aws-access-key-id': credentials.accessKeyId,
		'aws-secret-access-key': credentials.secretAccessKey,
		'aws-session-token': credentials.sessionToken,
	};
}
