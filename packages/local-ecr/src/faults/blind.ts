import type { Context } from 'hono';
import type { ServerEnvironment } from '../server/environment.ts';

type ApiContext = Context<ServerEnvironment>;

/** Whether a tag or a digest was written so lately that a read does not see it yet. */
export type Fresh = (reference: string | undefined) => boolean;

interface ImageId {
	readonly imageDigest?: string;
	readonly imageTag?: string;
}

const nameOf = ({ imageTag, imageDigest }: ImageId): string | undefined => imageTag ?? imageDigest;

/** How each read answers as if what is fresh were not there. */
export const BLIND: Readonly<Record<string, (c: ApiContext, fresh: Fresh) => Promise<void>>> = {
	'v2:GetManifest': hideManifest,
	'v2:HeadManifest': hideManifest,
	'v2:ListTags': (c, fresh) => change(c, ({ tags, ...rest }) => ({ ...rest, tags: without(tags, fresh) })),
	'v2:ListReferrers': (c, fresh) =>
		change(c, (body) => ({
			...body,
			manifests: without(body.manifests, (one: { digest: string }) => fresh(one.digest)),
		})),
	'ecr:BatchGetImage': hideFromBatch,
	'ecr:DescribeImages': hideFromDescription,
	'ecr:ListImages': (c, fresh) =>
		change(c, (body) => ({ ...body, imageIds: without(body.imageIds, (id: ImageId) => fresh(nameOf(id))) })),
	'ecr:ListImageReferrers': (c, fresh) =>
		change(c, (body) => ({
			...body,
			referrers: without(body.referrers, (one: { digest: string }) => fresh(one.digest)),
		})),
	'ecr:DescribeImageScanFindings': async (c, fresh) => {
		const { imageId = {} } = JSON.parse(await c.req.text()) as { imageId?: ImageId };
		if (c.res.status < 500 && fresh(nameOf(imageId))) refuseImage(c, imageId);
	},
};

function without<Item>(list: unknown, hidden: (item: Item) => boolean): Item[] {
	return (list as Item[]).filter((item) => !hidden(item));
}

async function hideManifest(c: ApiContext, fresh: Fresh): Promise<void> {
	if (c.res.status !== 200 || !fresh(decodeURIComponent(c.req.path.split('/').at(-1) ?? ''))) return;
	const error = { code: 'MANIFEST_UNKNOWN', message: 'Requested image not found', detail: {} };
	replace(c, Response.json({ errors: [error] }, { status: 404 }));
}

async function hideFromBatch(c: ApiContext, fresh: Fresh): Promise<void> {
	await change(c, (body) => {
		const images = body.images as { readonly imageId: ImageId }[];
		const hidden = images.filter(({ imageId }) => fresh(nameOf(imageId)));
		const failures = hidden.map(({ imageId: { imageTag, imageDigest } }) => ({
			imageId: imageTag === undefined ? { imageDigest } : { imageTag },
			failureCode: 'ImageNotFound',
			failureReason: 'Requested image not found',
		}));
		return {
			images: images.filter((image) => !hidden.includes(image)),
			failures: [...(body.failures as object[]), ...failures],
		};
	});
}

async function hideFromDescription(c: ApiContext, fresh: Fresh): Promise<void> {
	const { imageIds = [] } = JSON.parse(await c.req.text()) as { imageIds?: ImageId[] };
	const asked = imageIds.find((id) => fresh(nameOf(id)));
	if (asked !== undefined) {
		refuseImage(c, asked);
		return;
	}
	await change(c, (body) => {
		const details = without(body.imageDetails, (one: { imageDigest: string }) => fresh(one.imageDigest));
		const imageDetails = (details as { readonly imageTags?: string[] }[]).map(({ imageTags, ...rest }) => {
			const tags = without(imageTags ?? [], fresh);
			return tags.length === 0 ? rest : { ...rest, imageTags: tags };
		});
		return { ...body, imageDetails };
	});
}

function refuseImage(c: ApiContext, { imageDigest = 'null', imageTag = 'null' }: ImageId): void {
	const { repository, account } = c.var.entry;
	const code = 'ImageNotFoundException';
	const message = `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${repository}' in the registry with id '${account}'`;
	const headers = new Headers(c.res.headers);
	headers.set('x-amzn-errortype', code);
	replace(c, new Response(JSON.stringify({ __type: code, message }), { status: 400, headers }));
}

async function change(
	c: ApiContext,
	changed: (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Promise<void> {
	const { headers, status } = c.res;
	if (status !== 200) return;
	const body = JSON.stringify(changed((await c.res.clone().json()) as Record<string, unknown>));
	const kept = new Headers(headers);
	kept.delete('content-length');
	replace(c, new Response(body, { status, headers: kept }));
}

/** Not by the context's own means: they would carry the headers of the answer that is hidden. */
function replace(c: ApiContext, answer: Response): void {
	c.res = undefined;
	c.res = answer;
}
