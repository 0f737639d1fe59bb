// Ours and the peers, each as a command that copies one image: started, timed, and watched for its memory in the same way.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPeer } from '../../peers/peers.mjs';

const PEERS = [
	{ name: 'crane', peer: 'crane', command: (from, to) => ['cp', from, to] },
	{ name: 'crane -j 40', peer: 'crane', command: (from, to) => ['cp', '-j', '40', from, to] },
	{ name: 'oras', peer: 'oras', command: (from, to) => ['cp', ...ORAS_PLAIN, from, to] },
	{
		name: 'oras --concurrency 40',
		peer: 'oras',
		command: (from, to) => ['cp', '--concurrency', '40', ...ORAS_PLAIN, from, to],
	},
	{
		name: 'skopeo --all',
		peer: 'skopeo',
		command: (from, to) => [
			'copy',
			'--all',
			'--src-tls-verify=false',
			'--dest-tls-verify=false',
			`docker://${from}`,
			`docker://${to}`,
		],
	},
	{
		name: 'buildx imagetools create',
		peer: 'docker-buildx',
		command: (from, to) => ['imagetools', 'create', '--tag', to, from],
	},
];
const ORAS_PLAIN = ['--from-plain-http', '--to-plain-http'];

/** The peers that can be had, of those named or of all; one that cannot is said with the reason. */
export async function findTools(...names) {
	const found = [];
	for (const { name, peer, command } of PEERS) {
		if (names.length > 0 && !names.includes(name)) continue;
		const { path, missing } = await findPeer(peer);
		if (path === undefined) console.log(`not run: ${name}: ${missing}`);
		else {
			const environment = ({ variables }) => ({
				PATH: process.env.PATH,
				HOME: variables.HOME,
				DOCKER_CONFIG: variables.DOCKER_CONFIG,
			});
			found.push({
				name,
				copy: (job, from, to) => watch(path, command(from, to), environment(job)),
			});
		}
	}
	return found;
}

/** The committed bundle, with the inputs that the runner would hand it. */
export function ours(dist, work) {
	return {
		name: 'promote-by-digest',
		copy(job, from, to) {
			const [destination, tag] = splitTag(to);
			const files = mkdtempSync(join(work, 'step-'));
			const commandFiles = {};
			for (const name of ['OUTPUT', 'ENV', 'STATE', 'STEP_SUMMARY', 'PATH']) {
				commandFiles[`GITHUB_${name}`] = join(files, name);
				writeFileSync(commandFiles[`GITHUB_${name}`], '');
			}
			return watch(process.execPath, [join(dist, 'promote-by-digest/index.js')], {
				...job.variables,
				...commandFiles,
				INPUT_IMAGE: from,
				INPUT_TO: destination,
				INPUT_TAGS: tag,
				INPUT_REFERRERS: 'false',
			});
		},
	};
}

function splitTag(image) {
	const colon = image.lastIndexOf(':');
	return [image.slice(0, colon), image.slice(colon + 1)];
}

/** @returns {Promise<{milliseconds: number, peakMegabytes: number, failed?: string}>} the peak is 0 where /proc does not tell */
function watch(command, args, env) {
	return new Promise((resolve) => {
		const started = performance.now();
		const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
		let said = '';
		let peakMegabytes = 0;
		const look = () => {
			peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid));
		};
		const looking = setInterval(look, 50);
		for (const stream of [child.stdout, child.stderr])
			stream.on('data', (chunk) => {
				said += chunk;
			});
		child.on('close', (code) => {
			clearInterval(looking);
			const milliseconds = performance.now() - started;
			resolve({ milliseconds, peakMegabytes, ...(code === 0 ? {} : { failed: said.trim().slice(-500) }) });
		});
	});
}

/** The peak of resident memory that Linux keeps for a process, in MB; it is looked at while the process still runs. */
function peakOf(pid) {
	try {
		return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}
