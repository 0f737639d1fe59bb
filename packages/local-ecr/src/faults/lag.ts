import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import type { ServerEnvironment } from '../server/environment.ts';
import type { RequestEntry } from '../server/request-log.ts';

type ApiContext = Context<ServerEnvironment>;

/** Remembers what was written when, and makes reads blind for it for a while: read-after-write lag, as ECR has it. */
export interface Lag {
	/** Notes the tag and the digest that a request has just written. */
	readonly wrote: (c: ApiContext) => Promise<void>;
	/** Changes the answer of a read that is to know nothing of the last seconds. */
	readonly blind: (c: ApiContext, seconds: number) => Promise<void>;
}

interface ImageId {
	readonly imageDigest?: string;
	readonly imageTag?: string;
}

const TAGS_KEPT = 10_000;

export function createLag(clock: Clock): Lag {
	const written = new Map<string, number>();
	const key = ({ account, region, repository }: RequestEntry, reference: string) =>
		`${account}/${region}/${repository}@${reference}`;
	const isFresh = (entry: RequestEntry, reference: string | undefined, seconds: number) =>
		reference !== undefined && clock.now() - (written.get(key(entry, reference)) ?? -Infinity) < seconds * 1000;

	const wrote: Lag['wrote'] = async (c) => {
		const { entry } = c.var;
		if (!['v2:PutManifest', 'ecr:PutImage'].includes(entry.operation) || c.res.status >= 300) return;
		if (written.size > TAGS_KEPT) written.clear();
		for (const reference of await writtenBy(c)) written.set(key(entry, reference), clock.now());
	};

	const blind: Lag['blind'] = async (c, seconds) => {
		const { entry } = c.var;
		if (['v2:GetManifest', 'v2:HeadManifest'].includes(entry.operation)) {
			if (!isFresh(entry, referenceOf(c), seconds)) return;
			const error = { code: 'MANIFEST_UNKNOWN', message: 'Requested image not found', detail: {} };
			c.res = undefined;
			// Not by the context's own means: they would carry the headers of the answer that is hidden.
			c.res = Response.json({ errors: [error] }, { status: 404 });
		}
		if (entry.operation === 'ecr:BatchGetImage' && c.res.status === 200) {
			const fresh = ({ imageDigest, imageTag }: ImageId) => isFresh(entry, imageTag ?? imageDigest, seconds);
			await hideImages(c, fresh);
		}
	};
	return { wrote, blind };
}

async function writtenBy(c: ApiContext): Promise<string[]> {
	if (c.var.entry.operation === 'v2:PutManifest')
		return [referenceOf(c), c.res.headers.get('docker-content-digest') ?? ''];
	const { image } = (await c.res.clone().json()) as { image?: { imageId?: ImageId } };
	return [image?.imageId?.imageDigest ?? '', image?.imageId?.imageTag ?? ''];
}

const referenceOf = (c: ApiContext): string => decodeURIComponent(c.req.path.split('/').at(-1) ?? '');

async function hideImages(c: ApiContext, fresh: (id: ImageId) => boolean): Promise<void> {
	const answer = (await c.res.clone().json()) as { images: { imageId: ImageId }[]; failures: object[] };
	const hidden = answer.images.filter(({ imageId }) => fresh(imageId));
	if (hidden.length === 0) return;
	const body = JSON.stringify({
		images: answer.images.filter((image) => !hidden.includes(image)),
		failures: [
			...answer.failures,
			...hidden.map(({ imageId: { imageTag, imageDigest } }) => ({
				imageId: imageTag === undefined ? { imageDigest } : { imageTag },
				failureCode: 'ImageNotFound',
				failureReason: 'Requested image not found',
			})),
		],
	});
	const { headers } = c.res;
	c.res = undefined;
	c.res = new Response(body, { status: 200, headers });
}
