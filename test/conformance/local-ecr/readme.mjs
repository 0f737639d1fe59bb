// The commands of the README's section for one's own laptop, as they stand there, but for the port and the folder.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../peers/command.mjs';
import { findPeer } from '../../peers/peers.mjs';
import { readsEndpoint } from './aws.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SECTION = 'Test your own workflow on your laptop';
const OLD_AWS = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }';

/** @returns {Promise<'green' | 'failed' | 'not run'>} */
export async function runReadme() {
	const folders = [];
	for (const name of ['aws', 'docker', 'act']) {
		const found = await findPeer(name);
		if ('missing' in found) return notRun(`${name}: ${found.missing}`);
		folders.push(dirname(found.path));
	}
	if ((await run('docker', ['info'])).code !== 0) return notRun('no Docker daemon answers');
	const directory = await mkdtemp(join(tmpdir(), 'local-ecr-readme-'));
	try {
		const script = await scriptOf(directory, (await readsEndpoint(join(folders[0], 'aws'))) ? '' : OLD_AWS);
		const docker = join(directory, 'docker');
		await mkdir(docker);
		const env = {
			...process.env,
			PATH: [...folders, process.env.PATH].join(delimiter),
			DOCKER_CONFIG: docker,
			AWS_PAGER: '',
		};
		const { code, stdout, stderr } = await run('bash', ['-c', script], { cwd: ROOT, env });
		if (code === 0 && ['CVE-2024-0001', 'Job succeeded', '"v2"'].every((part) => stdout.includes(part))) return 'green';
		console.log(`FAILED: the README ended with ${code}: ${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
		return 'failed';
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

function notRun(reason) {
	console.log(`NOT RUN: the README: ${reason}`);
	return 'not run';
}

async function scriptOf(directory, before) {
	const readme = await readFile(join(ROOT, 'packages', 'local-ecr', 'README.md'), 'utf8');
	const section = readme.split(/^## /m).find((text) => text.startsWith(SECTION)) ?? '';
	const blocks = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, commands]) => commands);
	// A shell of a person has jobs, and goes on after a failure; here it must not.
	return ['set -emo pipefail', before, ...blocks]
		.join('\n')
		.replaceAll('npx local-ecr', 'npx local-ecr --port 0')
		.replaceAll('.local-ecr', directory);
}
