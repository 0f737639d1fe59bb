import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BUILD, LAYOUT, logIn, PRODUCTION, REGION, ROOT, startWorld, type TestWorld } from './world.ts';

interface IamFile {
	readonly permissions: readonly { readonly action: string }[];
}

// What a call asks for under another name (ECR user guide, "Required IAM permissions for pushing an image").
const ASKED_FOR: Readonly<Record<string, readonly string[]>> = {
	'v2:StartUpload': ['ecr:InitiateLayerUpload'],
	'v2:MountBlob': ['ecr:InitiateLayerUpload', 'ecr:GetDownloadUrlForLayer'],
	'v2:FinishUpload': ['ecr:UploadLayerPart', 'ecr:CompleteLayerUpload'],
	// Has no permission of its own (ECR API reference, ListImageReferrers).
	'ecr:ListImageReferrers': ['ecr:BatchGetImage'],
};
// Asked of nobody's permissions: GitHub's token, and the presigned address of a layer.
const FREE = new Set(['github:GetToken', 'storage:GetLayer']);
// Permissions that AWS checks in the course of another call, or that belong to a path local ECR does not force.
const INDIRECT = new Set([
	'iam:PassRole',
	'ecr:TagResource',
	'ecs:TagResource',
	'sts:TagSession',
	'sts:GetServiceBearerToken',
]);

const listed = (action: string): Set<string> =>
	new Set(
		(JSON.parse(readFileSync(join(ROOT, 'iam', `${action}.json`), 'utf8')) as IamFile).permissions.map(
			(permission) => permission.action,
		),
	);

const SPOKE = `arn:aws:iam::${PRODUCTION.account}:role/spoke`;

const SETTINGS = `
lifecycle-policy: { rules: [{ rulePriority: 1, selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 9 }, action: { type: expire } }] }
repository-policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage" }] }
tags: { team: one }
`;

/** One platform of the image, as a plain manifest. */
async function plainLayout(directory: string): Promise<string> {
	const layout = join(directory, 'plain');
	await cp(LAYOUT, layout, { recursive: true });
	const path = join(layout, 'index.json');
	const { manifests } = JSON.parse(await readFile(path, 'utf8'));
	const image = join(layout, 'blobs', manifests[0].digest.replace(':', '/'));
	const [platform] = JSON.parse(await readFile(image, 'utf8')).manifests;
	await writeFile(path, JSON.stringify({ schemaVersion: 2, manifests: [platform] }));
	return layout;
}

let world: TestWorld;
const called = new Map<string, Set<string>>();

beforeAll(async () => {
	world = await startWorld({
		registries: [
			{
				account: BUILD.account,
				region: REGION,
				scanning: { type: 'ENHANCED', rules: [{ frequency: 'SCAN_ON_PUSH' }] },
			},
			{ account: PRODUCTION.account, region: REGION, repositories: [{ name: 'app' }] },
		],
		roles: [
			...[BUILD, PRODUCTION].map(({ role }) => ({ arn: role, trust: { subjects: ['*'] } })),
			{ arn: SPOKE, trust: { principals: [BUILD.role] } },
		],
	});
	const job = world.job();
	const note = async (action: string, work: () => Promise<unknown>): Promise<void> => {
		const operations = Object.keys(await world.counting(work)).filter((operation) => !FREE.has(operation));
		const permissions = operations.flatMap((operation) => ASKED_FOR[operation] ?? [operation]);
		called.set(action, new Set([...(called.get(action) ?? []), ...permissions]));
	};
	let image = '';
	const production = (await world.ecr.registry(PRODUCTION.account, REGION)).host;
	const file = join(job.directory, 'task-definition.json');
	copyFileSync(join(ROOT, 'examples/hello/task-definition.json'), file);
	await note('ecr-login-oidc', () => logIn(job, BUILD));
	await note('ecr-login-oidc', () => logIn(world.job(), BUILD, { 'registry-type': 'public' }));
	await note('build-push', async () => {
		const { outputs } = await job.run('build-push', {
			repository: 'app',
			tags: 'v1',
			'oci-layout': LAYOUT,
			'create-repository': 'true',
		});
		image = outputs.image ?? '';
	});
	await note('build-push', async () => {
		const inputs = { repository: 'settled', 'create-repository': 'true', 'repository-settings': SETTINGS };
		const { errors } = await job.run('build-push', { ...inputs, 'oci-layout': LAYOUT });
		expect(errors).toEqual([]);
	});
	await note('build-push', async () => {
		const inputs = { repository: 'app', 'oci-layout': await plainLayout(job.directory), 'if-tag-exists': 'reuse' };
		const conflict = await job.run('build-push', { ...inputs, tags: 'v1', 'if-tag-exists': 'verify' });
		expect(conflict.errors).toEqual([expect.stringContaining('the tag v1 stands on')]);
		await job.run('build-push', { ...inputs, tags: 'plain' });
		const { outputs } = await job.run('build-push', { ...inputs, tags: 'plain' });
		expect(outputs.reused).toBe('true');
	});
	await note('wait-for-scan', () => job.run('wait-for-scan', { image }));
	await note('gate-on-findings', () =>
		job.run('gate-on-findings', { 'fail-on-severity': 'critical', baseline: image, 'attach-verdict': 'true' }),
	);
	await note('ecr-login-oidc', () => logIn(world.job(), BUILD, { 'role-chain': SPOKE }));
	await note('ecr-login-oidc', async () => {
		const ambient = { AWS_ACCESS_KEY_ID: `AKIA${BUILD.account}TEST`, AWS_SECRET_ACCESS_KEY: 'secret' };
		const { errors } = await world.job(ambient).run('ecr-login-oidc', { 'aws-region': REGION });
		expect(errors).toEqual([]);
	});
	await note('ecr-login-oidc', () => logIn(job, PRODUCTION));
	await note('promote-by-digest', () => job.run('promote-by-digest', { image, to: `${production}/app`, tags: 'v1' }));
	await note('pin-digest-in-taskdef', () =>
		job.run('pin-digest-in-taskdef', { 'task-definition': file, images: `hello=${image}`, register: 'true' }),
	);
});
afterAll(() => world.close());

describe.each([
	'ecr-login-oidc',
	'build-push',
	'wait-for-scan',
	'gate-on-findings',
	'promote-by-digest',
	'pin-digest-in-taskdef',
])('the published permissions of %s', (action) => {
	it('hold everything that a usual run calls', () => {
		const missing = [...(called.get(action) ?? [])].filter((permission) => !listed(action).has(permission));
		expect(missing).toEqual([]);
	});

	it('hold nothing that no line of the code calls', () => {
		const sources = [join(ROOT, 'actions', action, 'src'), join(ROOT, 'packages', 'ecr', 'src')].flatMap((folder) =>
			readdirSync(folder)
				.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
				.map((name) => readFileSync(join(folder, name), 'utf8')),
		);
		const otherNames = new Set(Object.values(ASKED_FOR).flat());
		const unused = [...listed(action)].filter((permission) => {
			const operation = permission.split(':')[1];
			return (
				!INDIRECT.has(permission) &&
				!otherNames.has(permission) &&
				!sources.some((text) => text.includes(`${operation}Command`))
			);
		});
		expect(unused).toEqual([]);
	});
});

describe.each(['ecr-login-oidc', 'build-push'])('the published permissions of %s', (action) => {
	it('hold nothing that none of its runs calls', () => {
		const uncalled = [...listed(action)].filter((permission) => !called.get(action)?.has(permission));
		expect(uncalled.filter((permission) => !INDIRECT.has(permission))).toEqual([]);
	});
});
