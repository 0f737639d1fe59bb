import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerJson, answerRest } from '../aws/json-protocol.ts';
import { ServiceError } from '../aws/service-error.ts';
import { distributionApp } from '../distribution/app.ts';
import { githubApp } from '../github/app.ts';
import { inspectorOperations } from '../inspector/operations.ts';
import type { Registry } from '../registry/registry.ts';
import { sendBlob } from '../storage/send.ts';
import { answerQuery } from '../sts/query-protocol.ts';
import type { World } from '../world.ts';
import type { ServerEnvironment } from './environment.ts';

const INSPECTOR = { name: 'inspector2', operations: inspectorOperations };

/** The AWS APIs of all accounts and regions, ECR's storage, GitHub's issuer, and the registry that shares the port. */
export function apiApp(world: World, defaultRegistry: () => Registry): Hono<ServerEnvironment> {
	const app = new Hono<ServerEnvironment>();
	app.post('/', (c) => (c.req.header('x-amz-target') === undefined ? answerQuery(c, world) : answerJson(c, world)));
	app.post('/coverage/list', (c) => answerRest(c, world, INSPECTOR, 'ListCoverage'));
	app.post('/findings/list', (c) => answerRest(c, world, INSPECTOR, 'ListFindings'));
	app.post('/findings/details/batch/get', (c) => answerRest(c, world, INSPECTOR, 'BatchGetFindingDetails'));
	app.route('/', githubApp(world));
	app.route('/', storageApp(world));
	app.route('/', distributionApp(world, defaultRegistry));
	return app;
}

/** Where a registry sends the readers of its layers. The link is the permission; there is no Authorization here. */
function storageApp({ links, blobs }: World): Hono<ServerEnvironment> {
	const app = new Hono<ServerEnvironment>();
	app.onError((error, c) => {
		const status = error instanceof ServiceError ? error.status : 500;
		return c.text(error.message, status as ContentfulStatusCode);
	});
	app.get('/_storage/:account/:region/:digest', async (c) => {
		const { entry } = c.var;
		const { account, region, digest } = c.req.param();
		Object.assign(entry, { operation: 'storage:GetLayer', account, region });
		links.verify(new URL(c.req.url));
		await sendBlob(blobs, digest, c.req.header('range'), c.env.outgoing);
		return RESPONSE_ALREADY_SENT;
	});
	return app;
}
