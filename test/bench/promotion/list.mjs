// A release list of many images that all exist at their destination: what the limit of 10 PutImage a second makes of it.
// `npm run bench:promote-list [-- --images 500]`. Real time, not scaled: 500 images take the limit's own 50 s.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startWorld } from './world.mjs';

// What the service lets through in a second (ECR service quotas, PutImage).
const LIMIT = 10;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const dist = join(import.meta.dirname, '..', '..', '..', 'dist');
const { values } = parseArgs({ options: { images: { type: 'string', default: '500' } } });
const images = Number(values.images);
const work = mkdtempSync(join(tmpdir(), 'bench-promote-'));
const world = await startWorld({ work, dist, latency: 0 });
try {
	const config = Buffer.from('{"os":"linux","architecture":"amd64"}');
	const manifests = Array.from({ length: images }, (_, index) => manifest(config, index));
	for (const registry of ['source', 'other']) await fill(registry, config, manifests);
	const list = join(work, 'releases.json');
	const entries = manifests.map((text, index) => ({
		image: `${world.hosts.source}/many@${digestOf(text)}`,
		to: [`${world.hosts.other}/many`],
		tags: [`v${index}`],
	}));
	writeFileSync(list, JSON.stringify({ version: 1, images: entries }));
	const before = await world.requests();
	const { exitCode, errors, seconds } = await world.job.step(dist, 'promote-by-digest', {
		'from-file': list,
		referrers: 'false',
	});
	if (exitCode !== 0) throw new Error(errors.join('\n'));
	const limit = images / LIMIT;
	console.log(
		`${images} images in ${seconds.toFixed(1)} s and ${(await world.requests()) - before} requests; the limit's own time is ${limit} s: ${((seconds / limit - 1) * 100).toFixed(1)} %`,
	);
	if (seconds > limit * 1.05) {
		console.error('MISSED: more than 5 % over the time of the limit');
		process.exitCode = 1;
	}
} finally {
	await world.stop();
	rmSync(work, { recursive: true, force: true });
}

function digestOf(bytes) {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function manifest(config, index) {
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: MANIFEST,
		config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
		layers: [],
		annotations: { index: String(index) },
	});
}

/** Makes all of the images be in the repository `many`, past the client whose pace is measured. */
async function fill(registry, config, manifests) {
	const repositoryName = 'many';
	await world.call(registry, 'CreateRepository', { repositoryName, imageTagMutability: 'IMMUTABLE' });
	const { authorizationData } = await world.call(registry, 'GetAuthorizationToken', {});
	const headers = { authorization: `Basic ${authorizationData[0].authorizationToken}` };
	const base = `http://${world.hosts[registry]}`;
	const session = await fetch(`${base}/v2/${repositoryName}/blobs/uploads/`, { method: 'POST', headers });
	const location = new URL(session.headers.get('location'), base);
	location.searchParams.set('digest', digestOf(config));
	await fetch(location, { method: 'PUT', headers, body: config });
	for (const imageManifest of manifests)
		await world.call(registry, 'PutImage', { repositoryName, imageManifest, imageManifestMediaType: MANIFEST });
}
