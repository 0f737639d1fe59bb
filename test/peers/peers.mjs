// The tools that this project is tried with and measured against, and where each can be had.
import { mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { find, must } from './command.mjs';
import { install, unpack } from './debian.mjs';

/** `installed`: a package of the machine's own Debian. `unpacked`: of a newer one. `go`: a command of a Go module. */
const SOURCES = {
	act: { go: 'github.com/nektos/act@v0.2.89' },
	aws: { installed: 'awscli' },
	buildah: { installed: 'buildah' },
	chromium: { installed: 'chromium' },
	cosign: { unpacked: 'cosign', file: 'usr/bin/cosign' },
	crane: { unpacked: 'crane', file: 'usr/bin/crane', go: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1' },
	curl: { installed: 'curl' },
	docker: { installed: 'docker.io' },
	'docker-buildx': { unpacked: 'docker-buildx', file: 'usr/libexec/docker/cli-plugins/docker-buildx' },
	'docker-registry': { installed: 'docker-registry' },
	oras: { unpacked: 'oras', file: 'usr/bin/oras', go: 'oras.land/oras/cmd/oras@v1.3.6' },
	runc: { installed: 'runc' },
	skopeo: { installed: 'skopeo' },
};

/**
 * A tool: from the PATH when it is there, else fetched.
 * @param {keyof typeof SOURCES} name
 * @returns {Promise<{path: string} | {missing: string}>} or why it cannot be had, for who needs it to report
 */
export async function findPeer(name) {
	if (SOURCES[name] === undefined) throw new Error(`nothing is known of ${name}`);
	const path = await find(name);
	if (path !== undefined) return { path };
	const reasons = [];
	for (const way of [fromDebian, fromNewerDebian, fromGo]) {
		try {
			const fetched = await way(name, SOURCES[name]);
			if (fetched !== undefined) return { path: fetched };
		} catch (error) {
			reasons.push(error.message.split('\n').at(0));
		}
	}
	return { missing: reasons.join('; ') };
}

async function fromDebian(name, { installed }) {
	if (installed === undefined) return undefined;
	await install(installed);
	return find(name);
}

async function fromNewerDebian(_, { unpacked, file }) {
	if (unpacked === undefined) return undefined;
	return join(await unpack(unpacked), file);
}

async function fromGo(name, { go }) {
	if (go === undefined) return undefined;
	if ((await find('go')) === undefined) throw new Error('go is not installed');
	const directory = join(homedir(), '.cache', 'ecr-pipeline-peers', 'go', go.replaceAll(/[^\w.-]/g, '_'));
	await mkdir(directory, { recursive: true });
	const path = join(directory, name);
	if (!(await stat(path).catch(() => undefined)))
		await must('go', ['install', go], { env: { ...process.env, GOBIN: directory } });
	return path;
}
