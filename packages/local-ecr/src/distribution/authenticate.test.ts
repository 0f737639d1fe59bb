import { GetAuthorizationTokenCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../../test/http.ts';
import { ecrOf, logIn, pushImage, type Registry, registryAt } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';

const BUILD = '111111111111';
const PRODUCTION = '222222222222';

describe('logging in to a registry', () => {
	let server: LocalEcr;
	let production: Registry;
	let asBuild: Registry;

	beforeAll(async () => {
		server = await startLocalEcr({
			seeds: [`registries: [{account: "${PRODUCTION}", repositories: [app]}]`],
		});
		production = await logIn(server, PRODUCTION);
		const { authorizationData = [] } = await ecrOf(server).send(new GetAuthorizationTokenCommand({}));
		asBuild = registryAt(production.url, authorizationData[0]?.authorizationToken ?? '');
	});
	afterAll(() => server.close());

	it('asks for Basic authentication', async () => {
		const { status, headers } = await send('GET', `${server.url}/v2/`);
		expect(status).toBe(401);
		expect(headers['www-authenticate']).toBe(`Basic realm="${server.url}/",service="ecr.amazonaws.com"`);
	});

	it('takes the password of GetAuthorizationToken for 12 hours', async () => {
		const { authorizationData = [] } = await ecrOf(server).send(new GetAuthorizationTokenCommand({}));
		const [{ authorizationToken = '', expiresAt, proxyEndpoint } = {}] = authorizationData;
		const registry = registryAt(server.url, authorizationToken);

		expect(proxyEndpoint).toBe(server.url);
		expect(Math.round(((expiresAt?.getTime() ?? 0) - Date.now()) / 3_600_000)).toBe(12);
		expect((await registry.send('GET', '/v2/')).status).toBe(200);
	});

	it('refuses a password of another region, and one that nobody minted', async () => {
		const { authorizationData = [] } = await ecrOf(server, BUILD, 'eu-west-1').send(
			new GetAuthorizationTokenCommand({}),
		);
		const elsewhere = registryAt(server.url, authorizationData[0]?.authorizationToken ?? '');
		const invented = registryAt(server.url, Buffer.from('AWS:secret').toString('base64'));
		expect((await elsewhere.send('GET', '/v2/')).status).toBe(401);
		expect((await invented.send('GET', '/v2/')).status).toBe(401);
	});

	it('lets another account in no further than the repository policy does', async () => {
		const { digest } = await pushImage(production, 'app', 'v1');
		const refused = await asBuild.send('GET', '/v2/app/manifests/v1');
		const policy = (action: string[]) =>
			ecrOf(server, PRODUCTION).send(
				new SetRepositoryPolicyCommand({
					repositoryName: 'app',
					policyText: JSON.stringify({
						Version: '2012-10-17',
						Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${BUILD}:root` }, Action: action }],
					}),
				}),
			);

		expect(refused.status).toBe(403);
		expect(refused.json()).toMatchObject({
			errors: [
				{
					code: 'DENIED',
					message: `User: arn:aws:iam::${BUILD}:user/local is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:${PRODUCTION}:repository/app because no resource-based policy allows the ecr:BatchGetImage action`,
				},
			],
		});
		await policy(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']);
		expect((await asBuild.send('GET', '/v2/app/manifests/v1')).headers['docker-content-digest']).toBe(digest);
		expect((await asBuild.send('POST', '/v2/app/blobs/uploads/')).status).toBe(403);
		await policy(['ecr:*']);
		expect((await asBuild.send('POST', '/v2/app/blobs/uploads/')).status).toBe(202);
	});

	it('says of an expired password that it has expired', async () => {
		server.advance(12 * 3600);
		const late = await production.send('GET', '/v2/');
		expect(late.status).toBe(403);
		expect(late.json()).toMatchObject({
			errors: [{ code: 'DENIED', message: 'Your authorization token has expired. Reauthenticate and try again.' }],
		});
	});
});
