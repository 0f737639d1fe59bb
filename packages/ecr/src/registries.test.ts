import { Readable } from 'node:stream';
import { createContext, createRunner } from '@ecr-pipeline/core';
import { expect, it } from '@jest/globals';
import { openRegistries } from './registries.ts';

it.each([
	['docker.io', 'alpine', 'https://registry-1.docker.io/v2/library/alpine/manifests/v1'],
	['docker.io', 'grafana/grafana', 'https://registry-1.docker.io/v2/grafana/grafana/manifests/v1'],
	['ghcr.io', 'app', 'https://ghcr.io/v2/app/manifests/v1'],
])('looks for %s/%s where it is served', async (registry, repository, address) => {
	const asked: string[] = [];
	const context = {
		...createContext(createRunner({}, () => undefined)),
		send: async ({ url }: { readonly url: URL }) => {
			asked.push(url.href);
			return { status: 404, headers: {}, body: Readable.from([]) };
		},
	};
	const opened = await (await openRegistries(context)).repository({ registry, repository });
	await opened.manifests(['v1']);
	expect(asked).toEqual([address]);
});
