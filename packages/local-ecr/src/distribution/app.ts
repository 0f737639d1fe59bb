import { Hono } from 'hono';
import type { Registry } from '../registry/registry.ts';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';
import { authenticate } from './authenticate.ts';
import { deleteBlob, getBlob } from './blobs.ts';
import { DistributionError, sendError } from './errors.ts';
import { listReferrers, listTags } from './lists.ts';
import { deleteManifest, getManifest, putManifest } from './manifests.ts';
import { cancelUpload, finishUpload, patchUpload, startUpload, uploadStatus } from './uploads.ts';

const NAME = '/v2/:name{.+}';

/** The OCI distribution API of one registry. */
export function distributionApp(world: World, registry: () => Registry): Hono<ServerEnvironment> {
	const app = new Hono<ServerEnvironment>();
	app.onError((error, c) => sendError(c, error));
	app.use('/v2/*', async (c, next) => {
		c.set('registry', registry());
		c.var.entry.operation = 'v2:Ping';
		c.header('docker-distribution-api-version', 'registry/2.0');
		await next();
	});
	app.use('/v2/*', authenticate(world));

	app.get('/v2/', (c) => c.json({}));
	app.get('/v2/_catalog', () => {
		throw new DistributionError('UNSUPPORTED', 405, 'ECR does not list repositories here: use DescribeRepositories');
	});
	for (const slash of ['', '/']) app.post(`${NAME}/blobs/uploads${slash}`, (c) => startUpload(c, world));
	app.get(`${NAME}/blobs/uploads/:id`, (c) => uploadStatus(c, world));
	app.patch(`${NAME}/blobs/uploads/:id`, (c) => patchUpload(c, world));
	app.put(`${NAME}/blobs/uploads/:id`, (c) => finishUpload(c, world));
	app.delete(`${NAME}/blobs/uploads/:id`, (c) => cancelUpload(c, world));
	app.get(`${NAME}/blobs/:digest`, (c) => getBlob(c, world));
	app.delete(`${NAME}/blobs/:digest`, (c) => deleteBlob(c));
	app.get(`${NAME}/manifests/:reference`, (c) => getManifest(c, world));
	app.put(`${NAME}/manifests/:reference`, (c) => putManifest(c, world));
	app.delete(`${NAME}/manifests/:reference`, (c) => deleteManifest(c));
	app.get(`${NAME}/tags/list`, (c) => listTags(c));
	app.get(`${NAME}/referrers/:digest`, (c) => listReferrers(c));
	return app;
}
