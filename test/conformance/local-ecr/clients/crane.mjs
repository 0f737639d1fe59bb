import assert from 'node:assert/strict';
import { layoutDigest, manifestAt, platformsOf } from './registry.mjs';

export const crane = {
	name: 'crane push, cp, pull',
	tools: ['crane'],
	async check({ run, layout, directory, from, to }) {
		const digest = await layoutDigest(layout);
		await run('crane', ['push', '--index', layout, `${from.host}/crane:v0`]);
		// crane pushes the layout's own index; the image is the index in it.
		await run('crane', ['cp', `${from.host}/crane@${digest}`, `${to.host}/crane:v1`]);
		await run('crane', ['pull', '--format=oci', `${to.host}/crane:v1`, `${directory}/out`]);
		const arrived = await manifestAt(to, 'crane', 'v1');
		assert.deepEqual([arrived.digest, platformsOf(arrived)], [digest, ['linux/amd64', 'linux/arm64']]);
		assert.equal(await layoutDigest(`${directory}/out`), digest);
		assert.equal((await run('crane', ['digest', `${to.host}/crane:v1`])).trim(), digest);
		assert.deepEqual((await run('crane', ['ls', `${to.host}/crane`])).trim().split('\n'), ['v1']);
	},
};
