import type { GetAuthorizationTokenRequest, GetAuthorizationTokenResponse } from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter } from '../aws/service-error.ts';

/** A password for every registry of the region, and where the ones that were asked for are. */
async function getToken(input: GetAuthorizationTokenRequest, call: Call): Promise<GetAuthorizationTokenResponse> {
	const { world, principal, region } = call;
	const accounts = input.registryIds ?? [principal.account];
	if (accounts.length < 1 || accounts.length > 10 || !accounts.every((account) => /^\d{12}$/.test(account)))
		throw invalidParameter('registryIds', '1 to 10 account ids of 12 digits');
	const { password, expiresAt } = world.tokens.mint(principal, region);
	const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64');
	const registries = await Promise.all(accounts.map((account) => world.registries.open(account, region)));
	return {
		authorizationData: registries.map(({ endpoint }) => ({
			authorizationToken,
			expiresAt: new Date(expiresAt),
			proxyEndpoint: endpoint,
		})),
	};
}

export const tokenOperations: Operations = { GetAuthorizationToken: getToken };
