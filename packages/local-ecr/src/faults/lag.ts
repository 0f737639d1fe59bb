import type { Context } from 'hono';
import type { ServerEnvironment } from '../server/environment.ts';
import type { World } from '../world.ts';
import { BLIND, type Fresh } from './blind.ts';

type ApiContext = Context<ServerEnvironment>;

/** Remembers what was written when, and makes reads blind for it for a while: read-after-write lag, as ECR has it. */
export interface Lag {
	/** Notes the tag and the digest that a request has just written. */
	readonly wrote: (c: ApiContext) => Promise<void>;
	/** Changes the answer of a read that is to know nothing of the last seconds. */
	readonly blind: (c: ApiContext, seconds: number) => Promise<void>;
}

interface Written {
	readonly imageDigest: string;
	readonly imageTag: string | undefined;
}

const KEPT = 10_000;

export function createLag({ clock, registries }: Pick<World, 'clock' | 'registries'>): Lag {
	const written = new Map<string, number>();

	const wrote: Lag['wrote'] = async (c) => {
		const { operation, region = '', repository = '', at } = c.var.entry;
		if (!['v2:PutManifest', 'ecr:PutImage'].includes(operation) || c.res.status >= 300) return;
		if (written.size > KEPT) written.clear();
		const { imageDigest, imageTag } = await writtenBy(c);
		const image = registries
			.find(await ownerOf(c), region)
			?.repositories.get(repository)
			?.images.get(imageDigest);
		const where = await placeOf(c);
		// An image that was here before the request has only got a tag by it.
		if (image === undefined || image.pushedAt >= Date.parse(at)) written.set(`${where}@${imageDigest}`, clock.now());
		if (imageTag !== undefined) written.set(`${where}@${imageTag}`, clock.now());
	};

	const blind: Lag['blind'] = async (c, seconds) => {
		const hide = BLIND[c.var.entry.operation];
		if (hide === undefined) return;
		const where = await placeOf(c);
		const fresh: Fresh = (reference) =>
			reference !== undefined &&
			clock.now() - (written.get(`${where}@${reference}`) ?? Number.NEGATIVE_INFINITY) < seconds * 1000;
		await hide(c, fresh);
	};
	return { wrote, blind };
}

async function writtenBy(c: ApiContext): Promise<Written> {
	if (c.var.entry.operation === 'v2:PutManifest') {
		const reference = decodeURIComponent(c.req.path.split('/').at(-1) ?? '');
		const imageDigest = c.res.headers.get('docker-content-digest') ?? '';
		return { imageDigest, imageTag: reference.includes(':') ? undefined : reference };
	}
	const { image } = (await c.res.clone().json()) as { image?: { imageId?: Partial<Written> } };
	return { imageDigest: image?.imageId?.imageDigest ?? '', imageTag: image?.imageId?.imageTag };
}

/** The account whose registry it is: a call may name another one than the caller's. */
async function ownerOf(c: ApiContext): Promise<string> {
	const { account = '', operation } = c.var.entry;
	if (!operation.startsWith('ecr:')) return account;
	return (JSON.parse(await c.req.text()) as { registryId?: string }).registryId ?? account;
}

async function placeOf(c: ApiContext): Promise<string> {
	const { region, repository } = c.var.entry;
	return `${await ownerOf(c)}/${region}/${repository}`;
}
