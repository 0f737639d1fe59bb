import type { Context } from 'hono';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';
import type { FaultSubject } from './faults.ts';

const V2: readonly (readonly [method: string, path: RegExp, operation: string])[] = [
	['GET', /^\/v2\/$/, 'Ping'],
	['POST', /\/blobs\/uploads\/?$/, 'StartUpload'],
	['GET', /\/blobs\/uploads\/[^/]+$/, 'GetUpload'],
	['PATCH', /\/blobs\/uploads\/[^/]+$/, 'PatchUpload'],
	['PUT', /\/blobs\/uploads\/[^/]+$/, 'FinishUpload'],
	['DELETE', /\/blobs\/uploads\/[^/]+$/, 'CancelUpload'],
	['HEAD', /\/blobs\/[^/]+$/, 'HeadBlob'],
	['GET', /\/blobs\/[^/]+$/, 'GetBlob'],
	['DELETE', /\/blobs\/[^/]+$/, 'DeleteBlob'],
	['HEAD', /\/manifests\/[^/]+$/, 'HeadManifest'],
	['GET', /\/manifests\/[^/]+$/, 'GetManifest'],
	['PUT', /\/manifests\/[^/]+$/, 'PutManifest'],
	['DELETE', /\/manifests\/[^/]+$/, 'DeleteManifest'],
	['GET', /\/tags\/list$/, 'ListTags'],
	['GET', /\/referrers\/[^/]+$/, 'ListReferrers'],
];
const TARGETS: Readonly<Record<string, string>> = {
	AmazonEC2ContainerRegistry_V20150921: 'ecr',
	SpencerFrontendService: 'ecr-public',
	AmazonEC2ContainerServiceV20141113: 'ecs',
};
const PATHS: Readonly<Record<string, string>> = {
	'/coverage/list': 'inspector2:ListCoverage',
	'/findings/list': 'inspector2:ListFindings',
	'/findings/details/batch/get': 'inspector2:BatchGetFindingDetails',
	'/_github/oidc/token': 'github:GetToken',
};
const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/([^/]+)\//;

/** What a request is going to be, before anything has looked at it: a fault must strike before the work is done. */
export async function subjectOf(c: Context<ServerEnvironment>, world: World): Promise<FaultSubject> {
	const { path } = c.req;
	const { method } = c.req.raw;
	if (path.startsWith('/v2/')) return registrySubject(c, method, path, world);
	const [, account, region, storage] = /^\/_storage\/(\d+)\/([^/]+)(\/)/.exec(path) ?? [];
	if (storage !== undefined) return { operation: 'storage:GetLayer', account, region, repository: undefined };
	const [, key = '', at] = CREDENTIAL.exec(c.req.header('authorization') ?? '') ?? [];
	const caller = world.credentials.accountOf(key);
	if (path !== '/') return { operation: PATHS[path] ?? 'unknown', account: caller, region: at, repository: undefined };
	// The text stays with hono: whoever answers reads it again.
	const text = await c.req.text();
	const target = c.req.header('x-amz-target');
	if (target === undefined) {
		const operation = `sts:${new URLSearchParams(text).get('Action') ?? ''}`;
		return { operation, account: caller, region: at, repository: undefined };
	}
	const [prefix = '', name = ''] = target.split('.');
	const repository = /"repositoryName"\s*:\s*"([^"]*)"/.exec(text)?.[1];
	return { operation: `${TARGETS[prefix] ?? prefix}:${name}`, account: caller, region: at, repository };
}

function registrySubject(
	c: Context<ServerEnvironment>,
	method: string,
	path: string,
	{ registries }: World,
): FaultSubject {
	const found = V2.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2] ?? 'Unknown';
	const operation = found === 'StartUpload' && c.req.query('mount') !== undefined ? 'MountBlob' : found;
	const repository = /^\/v2\/(.+?)\/(?:blobs|manifests|tags|referrers)\//.exec(path)?.[1];
	// Each registry has a port of its own.
	const port = String(c.env.incoming.socket.localPort);
	const registry = registries.all().find(({ endpoint }) => new URL(endpoint).port === port);
	return { operation: `v2:${operation}`, account: registry?.account, region: registry?.region, repository };
}
