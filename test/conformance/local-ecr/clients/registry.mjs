import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const MANIFESTS = [
	'oci.image.index.v1',
	'oci.image.manifest.v1',
	'docker.distribution.manifest.list.v2',
	'docker.distribution.manifest.v2',
]
	.map((name) => `application/vnd.${name}+json`)
	.join(', ');

/** What a registry answers for a tag or digest, asked without any of the clients. */
export async function manifestAt({ host, authorization }, repository, reference) {
	const answer = await fetch(`http://${host}/v2/${repository}/manifests/${reference}`, {
		headers: { authorization, accept: MANIFESTS },
	});
	const bytes = Buffer.from(await answer.arrayBuffer());
	assert.equal(answer.status, 200, `${repository}:${reference} answers ${answer.status}: ${bytes}`);
	return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, ...JSON.parse(bytes) };
}

export async function tagsAt({ host, authorization }, repository) {
	const answer = await fetch(`http://${host}/v2/${repository}/tags/list`, { headers: { authorization } });
	return (await answer.json()).tags;
}

/** The platforms of an index, without its attestations. */
export const platformsOf = ({ manifests = [] }) =>
	manifests
		.map(({ platform }) => `${platform?.os}/${platform?.architecture}`)
		.filter((platform) => platform !== 'unknown/unknown')
		.sort();

/** The digest that the index of an OCI layout names. */
export async function layoutDigest(directory) {
	const { manifests } = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'));
	assert.equal(manifests.length, 1, `${directory} holds one image`);
	return manifests[0].digest;
}
