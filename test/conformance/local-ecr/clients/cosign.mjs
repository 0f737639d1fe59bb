import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestAt, tagsAt } from './registry.mjs';

const PASSWORD = { COSIGN_PASSWORD: 'secret' };
/** No transparency log: this machine may have no way to one. */
const OFFLINE = ['--tlog-upload=false', '--use-signing-config=false', '--key', 'cosign.key', '--yes'];

async function pushImage({ run, layout, from }, tag) {
	await run('crane', ['push', '--index', layout, `${from.host}/cosign:${tag}`]);
	const { digest } = await manifestAt(from, 'cosign', tag);
	await run('cosign', ['generate-key-pair'], { env: PASSWORD });
	return { digest, image: `${from.host}/cosign@${digest}` };
}

export const cosign = {
	name: 'cosign sign and verify (referrers)',
	tools: ['cosign', 'crane'],
	async check(stage) {
		const { run, from } = stage;
		const { image } = await pushImage(stage, 'bundle');
		await run('cosign', ['sign', ...OFFLINE, image], { env: PASSWORD });
		assert.match(await run('cosign', ['verify', '--key', 'cosign.pub', '--insecure-ignore-tlog', image]), /cosign/i);
		assert.deepEqual(
			(await tagsAt(from, 'cosign')).filter((tag) => tag.endsWith('.sig')),
			[],
		);
	},
};

export const cosignTags = {
	name: 'cosign sign and verify (tags sha256-….sig), on an immutable repository that excludes them',
	tools: ['cosign', 'crane'],
	async check(stage) {
		const { run, from, directory } = stage;
		const { digest, image } = await pushImage(stage, 'tagged');
		// Twice, by two keys: the second signature moves the tag.
		const sign = () => run('cosign', ['sign', '--new-bundle-format=false', ...OFFLINE, image], { env: PASSWORD });
		await sign();
		const tag = `${digest.replace(':', '-')}.sig`;
		const first = await manifestAt(from, 'cosign', tag);
		await Promise.all(['cosign.key', 'cosign.pub'].map((file) => rm(join(directory, file))));
		await run('cosign', ['generate-key-pair'], { env: PASSWORD });
		await sign();
		const second = await manifestAt(from, 'cosign', tag);
		assert.deepEqual([first.layers.length, second.layers.length], [1, 2]);
		const verify = ['verify', '--new-bundle-format=false', '--key', 'cosign.pub', '--insecure-ignore-tlog', image];
		assert.match(await run('cosign', verify), /cosign/i);
	},
};
