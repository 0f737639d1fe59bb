import { createHmac, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../aws/service-error.ts';
import type { Clock } from '../clock.ts';
import type { Registry } from '../registry/registry.ts';

const SECONDS = 3600;

/** Presigned addresses of layers, as ECR hands them out for its storage: whoever holds one may read that one blob. */
export interface Links {
	/** @param origin where the API listens, `http://127.0.0.1:5000` */
	readonly sign: (origin: string, registry: Registry, digest: string) => string;
	/** @throws ServiceError AccessDenied when the link was not made here or is past its hour */
	readonly verify: (url: URL) => void;
}

export function createLinks(secret: string, clock: Clock): Links {
	const signatureOf = (path: string, expires: string) =>
		createHmac('sha256', secret).update(`${path}\n${expires}`).digest('hex');

	return {
		sign: (origin, { account, region }, digest) => {
			const path = `/_storage/${account}/${region}/${digest}`;
			const expires = String(Math.floor(clock.now() / 1000) + SECONDS);
			return `${origin}${path}?expires=${expires}&signature=${signatureOf(path, expires)}`;
		},
		verify: ({ pathname, searchParams }) => {
			const expires = searchParams.get('expires') ?? '';
			const given = Buffer.from(searchParams.get('signature') ?? '');
			const expected = Buffer.from(signatureOf(pathname, expires));
			if (given.length !== expected.length || !timingSafeEqual(given, expected))
				throw new ServiceError('AccessDenied', 'The signature of this link is not one of ours', 403);
			if (Number(expires) * 1000 < clock.now()) throw new ServiceError('AccessDenied', 'Request has expired', 403);
		},
	};
}
