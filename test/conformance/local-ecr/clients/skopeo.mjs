import assert from 'node:assert/strict';
import { layoutDigest, manifestAt, platformsOf } from './registry.mjs';

export const skopeo = {
	name: 'skopeo copy --all',
	tools: ['skopeo'],
	async check({ run, layout, directory, from, to, authFile }) {
		const copy = (source, destination) =>
			run('skopeo', [
				...['--insecure-policy', 'copy', '--all', '--authfile', authFile],
				...['--src-tls-verify=false', '--dest-tls-verify=false', source, destination],
			]);
		await copy(`oci:${layout}`, `docker://${from.host}/skopeo:v1`);
		await copy(`docker://${from.host}/skopeo:v1`, `docker://${to.host}/skopeo:v1`);
		await copy(`docker://${to.host}/skopeo:v1`, `oci:${directory}/out:v1`);
		const digest = await layoutDigest(layout);
		const arrived = await manifestAt(to, 'skopeo', 'v1');
		assert.deepEqual([arrived.digest, platformsOf(arrived)], [digest, ['linux/amd64', 'linux/arm64']]);
		assert.equal(await layoutDigest(`${directory}/out`), digest);
	},
};
