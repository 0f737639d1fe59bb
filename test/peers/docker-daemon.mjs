import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './command.mjs';
import { unpack } from './debian.mjs';
import { findPeer } from './peers.mjs';

/**
 * A Docker daemon of its own with containerd's image store, which keeps and builds images of several platforms; the
 * machine's daemon may be too old for it. It builds FROM scratch and keeps images; it runs none, for it may not touch the network.
 * @returns {Promise<{host: string, version: string, stop: () => Promise<void>} | {missing: string}>}
 */
export async function startDocker() {
	if (process.platform !== 'linux' || process.getuid?.() !== 0)
		return { missing: 'only root on Linux can start a daemon' };
	const runc = await findPeer('runc');
	if ('missing' in runc) return runc;
	try {
		const [docker, containerd] = [await unpack('docker.io'), await unpack('containerd')];
		return await start(join(docker, 'usr', 'sbin'), join(containerd, 'usr', 'bin'));
	} catch (error) {
		return { missing: error.message.split('\n').at(0) };
	}
}

async function start(...folders) {
	const home = await mkdtemp(join(tmpdir(), 'docker-'));
	const host = `unix://${join(home, 'docker.sock')}`;
	const log = await open(join(home, 'log'), 'w');
	const daemon = spawn(
		'setpriv',
		[
			// A daemon without a bridge deletes docker0, which is that of the machine's own daemon: this one may not.
			...['--bounding-set=-net_admin', '--inh-caps=-net_admin', join(folders[0], 'dockerd')],
			...['--host', host, '--data-root', join(home, 'data'), '--exec-root', join(home, 'exec')],
			...['--pidfile', join(home, 'pid'), '--config-file', '/dev/null', '--feature', 'containerd-snapshotter=true'],
			...['--bridge', 'none', '--iptables=false', '--ip6tables=false'],
		],
		{
			env: { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) },
			stdio: ['ignore', log.fd, log.fd],
		},
	);
	const ended = once(daemon, 'exit');
	const stop = async () => {
		daemon.kill('SIGTERM');
		await ended;
		await log.close();
		await rm(home, { recursive: true, force: true });
	};
	for (let tries = 0; tries < 300 && daemon.exitCode === null; tries += 1) {
		const { code, stdout } = await run('docker', ['--host', host, 'version', '--format', '{{.Server.Version}}']);
		if (code === 0) return { host, version: stdout.trim(), stop };
		await sleep(100);
	}
	const said = (await readFile(join(home, 'log'), 'utf8')).trim().split('\n').at(-1);
	await stop();
	throw new Error(`dockerd does not start: ${said}`);
}
