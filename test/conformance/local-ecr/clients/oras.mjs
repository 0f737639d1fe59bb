import assert from 'node:assert/strict';
import { layoutDigest, manifestAt, platformsOf } from './registry.mjs';

export const oras = {
	name: 'oras cp -r, attach, discover',
	tools: ['oras'],
	async check({ run, layout, directory, from, to }) {
		const digest = await layoutDigest(layout);
		const copy = (source, destination, ...options) => run('oras', ['cp', '-r', ...options, source, destination]);
		await copy(`${layout}@${digest}`, `${from.host}/oras:v1`, '--from-oci-layout', '--to-plain-http');
		const signature = await attach(run, `${from.host}/oras@${digest}`, 'application/x.sbom');
		await attach(run, `${from.host}/oras@${signature}`, 'application/x.signature');
		await copy(`${from.host}/oras:v1`, `${to.host}/oras:v1`, '--from-plain-http', '--to-plain-http');
		const arrived = await manifestAt(to, 'oras', 'v1');
		assert.deepEqual([arrived.digest, platformsOf(arrived)], [digest, ['linux/amd64', 'linux/arm64']]);

		const found = await run('oras', ['discover', '--plain-http', '--format', 'json', `${to.host}/oras:v1`]);
		const [sbom, ...others] = referrersOf(JSON.parse(found));
		assert.deepEqual([sbom.artifactType, others], ['application/x.sbom', []]);
		assert.deepEqual(
			referrersOf(sbom).map(({ artifactType }) => artifactType),
			['application/x.signature'],
		);
		await copy(`${to.host}/oras:v1`, `${directory}/out:v1`, '--from-plain-http', '--to-oci-layout');
		assert.match(await run('oras', ['manifest', 'fetch', '--oci-layout', `${directory}/out@${signature}`]), /x\.sbom/);
	},
};

/** `referrers` in oras 1.3, `manifests` before. */
const referrersOf = ({ referrers, manifests }) => referrers ?? manifests ?? [];

/** @returns the digest of what was attached */
async function attach(run, image, type) {
	const said = await run('oras', [
		...['attach', '--plain-http', '--format', 'json', '--artifact-type', type, '--annotation', 'made-by=oras', image],
	]);
	return JSON.parse(said).digest;
}
