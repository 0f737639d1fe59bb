import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a plain OCI registry is installed: Debian's docker-registry, which has neither ECR's API nor that of referrers. */
export const HAS_PLAIN_REGISTRY = spawnSync('docker-registry', ['--version']).status === 0;

export interface PlainRegistry {
	readonly host: string;
	close(): Promise<void>;
}

/** Starts a registry with nothing in it. Foreign layers may name any address. */
export async function startPlainRegistry(): Promise<PlainRegistry> {
	const directory = mkdtempSync(join(tmpdir(), 'registry-'));
	const host = `127.0.0.1:${await freePort()}`;
	const configuration = {
		version: 0.1,
		log: { level: 'error', accesslog: { disabled: true } },
		storage: { filesystem: { rootdirectory: join(directory, 'data') } },
		http: { addr: host },
		validation: { manifests: { urls: { allow: ['^https?://'] } } },
	};
	writeFileSync(join(directory, 'config.yml'), JSON.stringify(configuration));
	const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
	await answers(host, child);
	return {
		host,
		async close() {
			const closed = new Promise((resolve) => child.on('close', resolve));
			child.kill();
			await closed;
			rmSync(directory, { recursive: true });
		},
	};
}

async function answers(host: string, child: ChildProcess): Promise<void> {
	for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
		const response = await fetch(`http://${host}/v2/`).catch(() => undefined);
		if (response?.ok) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`docker-registry does not answer on ${host}`);
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer();
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
		});
	});
}
