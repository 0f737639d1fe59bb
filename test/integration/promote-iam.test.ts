import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
	BUILD,
	OTHER_REGION,
	PRODUCTION,
	platformImage,
	push,
	REGION,
	referrerOf,
	startWorld,
	type World,
} from './promote-world.ts';
import { ROOT } from './world.ts';

const { permissions } = JSON.parse(readFileSync(join(ROOT, 'iam/promote-by-digest.json'), 'utf8')) as {
	readonly permissions: readonly { readonly action: string }[];
};
const PUBLISHED = permissions.map(({ action }) => action);

// What a call of the distribution API asks for (ECR user guide, "Required IAM permissions for pushing an image").
const ASKED_FOR: Readonly<Record<string, readonly string[]>> = {
	'v2:StartUpload': ['ecr:InitiateLayerUpload'],
	'v2:MountBlob': ['ecr:InitiateLayerUpload', 'ecr:GetDownloadUrlForLayer'],
	'v2:FinishUpload': ['ecr:UploadLayerPart', 'ecr:CompleteLayerUpload'],
	'ecr:ListImageReferrers': ['ecr:BatchGetImage'],
};

let world: World;
beforeAll(async () => {
	world = await startWorld(
		{
			roles: [BUILD, PRODUCTION].map((account) => ({
				arn: `arn:aws:iam::${account}:role/promote`,
				trust: { audience: 'sts.amazonaws.com', subjects: ['*'] },
				policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: PUBLISHED, Resource: '*' }] },
			})),
		},
		{ enforceIam: true },
	);
});
afterAll(() => world.close());

it('needs the published permissions, all of them, and no others, whatever it is asked to do', async () => {
	const [source, production] = [await world.repository(world.build, 'app'), `${world.production}/app`];
	await world.create(BUILD, 'app', 'copy');
	await world.create(PRODUCTION, 'app');
	await world.call(PRODUCTION, 'PutReplicationConfiguration', {
		replicationConfiguration: { rules: [{ destinations: [{ region: OTHER_REGION, registryId: PRODUCTION }] }] },
	});
	const image = platformImage('app', ['linux/amd64', 'linux/arm64']);
	await push(source, image);
	await push(source, referrerOf(image.root, 'sbom'));
	const called = new Set<string>();
	const run = async (inputs: Readonly<Record<string, string>>) => {
		const ran = await world.run(
			{
				image: `${source.name}@${image.root.digest}`,
				'source-role-to-assume': `arn:aws:iam::${BUILD}:role/promote`,
				'destination-role-to-assume': `arn:aws:iam::${inputs.to?.startsWith(world.build) ? BUILD : PRODUCTION}:role/promote`,
				...inputs,
			},
			{ logins: [], env: { AWS_REGION: REGION } },
		);
		for (const operation of Object.keys(ran.counts))
			for (const action of ASKED_FOR[operation] ?? [operation]) if (action.startsWith('ecr:')) called.add(action);
		expect(JSON.stringify(ran)).not.toContain('not authorized');
		return ran;
	};
	const everything = { tags: 'v1', 'attach-record': 'true', 'wait-for-replication': OTHER_REGION };
	expect((await run({ to: production, ...everything })).error).toBeUndefined();
	expect((await run({ to: `${world.build}/copy`, tags: 'v1' })).images[0]?.reasons).toHaveLength(1);
	const absent = { image: `${source.name}@sha256:${'0'.repeat(64)}`, to: production };
	expect((await run(absent)).error).toContain('There is no image');
	expect([...called].sort()).toEqual([...PUBLISHED].sort());
});
