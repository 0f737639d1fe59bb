import { runCredentialHelper } from '@ecr-pipeline/core';
import { authorizeLogin, loginFor, readLogins } from '@ecr-pipeline/ecr';

// `docker-credential-ecr-pipeline`: a fresh password for each call, from the login that the record names for the host.
await runCredentialHelper(async (host, context) => {
	const login = loginFor(await readLogins(context), host);
	return login === undefined ? undefined : (await authorizeLogin(login, context)).credentials;
});
