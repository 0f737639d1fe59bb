// Real clients against local-ecr, in both directions, with two platforms, between the registries of two accounts.
// A client that cannot be had is reported as not run, with the reason.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../../peers/command.mjs';
import { findPeer } from '../../../peers/peers.mjs';
import { logIn, startServer } from '../process.mjs';
import { buildx, buildxPlatforms } from './buildx.mjs';
import { cosign, cosignTags } from './cosign.mjs';
import { crane } from './crane.mjs';
import { docker, dockerPlatforms } from './docker.mjs';
import { oras } from './oras.mjs';
import { skopeo } from './skopeo.mjs';

const CLIENTS = [docker, dockerPlatforms, buildx, buildxPlatforms, skopeo, crane, oras, cosign, cosignTags];
const HELLO = fileURLToPath(new URL('../../../../examples/hello', import.meta.url));
const OTHER = '222222222222';

/** @returns {Promise<{green: string[], failed: string[], notRun: string[]}>} names of clients */
export async function runClients() {
	const results = { green: [], failed: [], notRun: [] };
	const home = await mkdtemp(join(tmpdir(), 'local-ecr-clients-'));
	const server = await startServer(['--seed', await seed(home)]);
	try {
		const registries = await Promise.all([logIn(server), logIn(server, OTHER)]);
		for (const client of CLIENTS) {
			const verdict = await runClient(client, home, registries);
			results[verdict].push(client.name);
		}
	} finally {
		await server.stop();
		await rm(home, { recursive: true, force: true });
	}
	return results;
}

async function runClient({ name, tools, check }, home, registries) {
	try {
		const stage = await setStage(name, tools, home, registries);
		const missing = await check(stage);
		if (missing === undefined) console.log(`${name}: green`);
		else console.log(`NOT RUN: ${name}: ${missing}`);
		return missing === undefined ? 'green' : 'notRun';
	} catch (error) {
		const missing = error instanceof Missing;
		console.log(`${missing ? 'NOT RUN' : 'FAILED'}: ${name}: ${error.message}`);
		return missing ? 'notRun' : 'failed';
	}
}

class Missing extends Error {}

/** A folder of its own, a Docker configuration with both logins, the tools by name, and the two registries. */
async function setStage(name, tools, home, [from, to]) {
	const directory = join(home, name.replaceAll(/\W+/g, '-'));
	const config = join(directory, 'docker');
	await mkdir(join(config, 'cli-plugins'), { recursive: true });
	const paths = new Map();
	for (const tool of tools) {
		const found = await findPeer(tool);
		if ('missing' in found) throw new Missing(`${tool}: ${found.missing}`);
		paths.set(tool, found.path);
	}
	if (paths.has('docker-buildx'))
		await symlink(paths.get('docker-buildx'), join(config, 'cli-plugins', 'docker-buildx'));
	const auths = Object.fromEntries([from, to].map(({ host, auth }) => [host, { auth }]));
	await writeFile(join(config, 'config.json'), JSON.stringify({ auths }));
	const env = { ...process.env, DOCKER_CONFIG: config };
	return {
		directory,
		context: HELLO,
		layout: join(HELLO, 'layout'),
		from,
		to,
		authFile: join(config, 'config.json'),
		run: (tool, args, options = {}) =>
			must(paths.get(tool), args, { ...options, cwd: directory, env: { ...env, ...options.env } }),
	};
}

/** The same repositories in both accounts; cosign's is immutable but for the tags of signatures, as production's should be. */
async function seed(home) {
	const repositories = [
		...['docker', 'buildx', 'skopeo', 'crane', 'oras'],
		{ name: 'cosign', mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusionFilters: ['sha256-*'] },
	];
	const path = join(home, 'seed.json');
	const registries = [{ repositories }, { account: OTHER, repositories }];
	await writeFile(path, JSON.stringify({ registries }));
	return path;
}
