import assert from 'node:assert/strict';
import { startDocker } from '../../../peers/docker-daemon.mjs';
import { daemonMissing } from './docker.mjs';
import { manifestAt, platformsOf } from './registry.mjs';

export const buildx = {
	name: 'docker buildx build --push, one platform (the daemon of the machine)',
	tools: ['docker', 'docker-buildx'],
	async check({ run, context, from }) {
		const missing = await daemonMissing();
		if (missing !== undefined) return missing;
		const image = `${from.host}/buildx:one`;
		await run('docker', ['buildx', 'build', '--push', '--provenance=false', '--tag', image, context]);
		const { digest, layers } = await manifestAt(from, 'buildx', 'one');
		assert.equal(layers.length, 1);
		assert.ok((await run('docker', ['buildx', 'imagetools', 'inspect', image])).includes(digest));
		await run('docker', ['rmi', '--force', image]);
		return undefined;
	},
};

export const buildxPlatforms = {
	name: 'docker buildx build --push, two platforms with provenance, imagetools',
	tools: ['docker', 'docker-buildx'],
	async check({ run, context, from, to, directory }) {
		const daemon = await startDocker();
		if ('missing' in daemon) return daemon.missing;
		const own = (...args) => run('docker', ['--host', daemon.host, 'buildx', ...args]);
		const image = `${from.host}/buildx:v1`;
		try {
			await own(
				'build',
				'--push',
				'--platform',
				'linux/amd64,linux/arm64',
				...['--provenance', 'mode=max', '--tag', image, context],
			);
			const pushed = await manifestAt(from, 'buildx', 'v1');
			assert.deepEqual(platformsOf(pushed), ['linux/amd64', 'linux/arm64']);
			assert.equal(pushed.manifests.length, 4, 'an attestation for each platform');

			const said = await own('imagetools', 'inspect', image);
			for (const part of [pushed.digest, 'linux/amd64', 'linux/arm64'])
				assert.ok(said.includes(part), `${said} has no ${part}`);
			assert.match(await own('imagetools', 'inspect', '--format', '{{json .Provenance}}', image), /buildType/);
			await own('imagetools', 'create', '--tag', `${to.host}/buildx:v1`, image);
			assert.equal((await manifestAt(to, 'buildx', 'v1')).digest, pushed.digest);
			await own(
				'build',
				'--platform',
				'linux/amd64',
				'--output',
				`type=oci,dest=${directory}/image.tar`,
				...[
					'--cache-to',
					`type=registry,ref=${to.host}/buildx:cache,mode=max,image-manifest=true,oci-mediatypes=true`,
					context,
				],
			);
			assert.match((await manifestAt(to, 'buildx', 'cache')).config.mediaType, /buildkit\.cacheconfig/);
		} finally {
			await daemon.stop();
		}
		return undefined;
	},
};
