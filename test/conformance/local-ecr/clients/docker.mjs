import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { run as runAny } from '../../../peers/command.mjs';
import { startDocker } from '../../../peers/docker-daemon.mjs';
import { manifestAt, platformsOf } from './registry.mjs';

/** Why the machine's own daemon cannot be used, or undefined. */
export async function daemonMissing() {
	const { code } = await runAny('docker', ['version']);
	return code === 0 ? undefined : 'no Docker daemon answers';
}

export const docker = {
	name: 'docker login, push, pull, run',
	tools: ['docker'],
	async check({ run, context, from }) {
		const missing = await daemonMissing();
		if (missing !== undefined) return missing;
		// The cache of the daemon is everybody's: a tag of its own.
		const tag = randomUUID();
		const image = `${from.host}/docker:${tag}`;
		try {
			await run('docker', ['logout', from.host]);
			await run('docker', ['login', '--username', 'AWS', '--password-stdin', from.host], { input: from.password });
			await run('docker', ['build', '--tag', image, context]);
			await run('docker', ['push', image]);
			const { digest } = await manifestAt(from, 'docker', tag);
			await run('docker', ['rmi', image]);
			for (const reference of [image, `${from.host}/docker@${digest}`]) {
				await run('docker', ['pull', reference]);
				assert.match(await run('docker', ['run', '--rm', reference]), /hello/i);
			}
			await run('docker', ['logout', from.host]);
			await assert.rejects(run('docker', ['pull', image]), /no basic auth credentials/);
		} finally {
			await runAny('docker', ['rmi', '--force', image]);
		}
		return undefined;
	},
};

export const dockerPlatforms = {
	name: 'docker push and pull of two platforms (containerd image store)',
	tools: ['docker', 'docker-buildx'],
	async check({ run, context, from, to }) {
		const daemon = await startDocker();
		if ('missing' in daemon) return daemon.missing;
		const own = (...args) => run('docker', ['--host', daemon.host, ...args]);
		try {
			const source = `${from.host}/docker:two`;
			await own(...['buildx', 'build', '--platform', 'linux/amd64,linux/arm64', '--load', '--tag', source, context]);
			await own('push', source);
			const pushed = await manifestAt(from, 'docker', 'two');
			assert.deepEqual(platformsOf(pushed), ['linux/amd64', 'linux/arm64']);
			await own('rmi', source);
			for (const [platform, architecture] of [
				['linux/amd64', 'amd64'],
				['linux/arm64', 'arm64'],
			]) {
				const child = pushed.manifests.find((manifest) => manifest.platform?.architecture === architecture);
				await own('pull', '--platform', platform, `${from.host}/docker@${child.digest}`);
				const inspected = await own(
					'image',
					'inspect',
					'--format',
					'{{.Architecture}}',
					`${from.host}/docker@${child.digest}`,
				);
				assert.equal(inspected.trim(), architecture);
			}
			if ((await daemonMissing()) === undefined) await runIndex(run, source);
			await own('buildx', 'imagetools', 'create', '--tag', `${to.host}/docker:two`, source);
			assert.equal((await manifestAt(to, 'docker', 'two')).digest, pushed.digest);
		} finally {
			await daemon.stop();
		}
		return undefined;
	},
};

/** The daemon of the machine takes its own platform out of an index. */
async function runIndex(run, image) {
	try {
		assert.match(await run('docker', ['run', '--rm', '--pull', 'always', image]), /hello/i);
	} finally {
		await runAny('docker', ['rmi', '--force', image]);
	}
}
