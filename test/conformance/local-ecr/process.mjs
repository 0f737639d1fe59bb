import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../packages/local-ecr/src/main.ts', import.meta.url));

/**
 * Starts local-ecr as a person does: a process of its own, on a port that is free.
 * @param {readonly string[]} options of its command line
 * @param {string} main its sources, or a bundle of them
 */
export async function startServer(options = [], main = MAIN) {
	const process_ = spawn(process.execPath, [main, '--port', '0', '--print-env', 'json', ...options], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const lines = createInterface({ input: process_.stdout });
	const [line] = await Promise.race([once(lines, 'line'), once(process_, 'exit').then(() => [undefined])]);
	if (line === undefined) throw new Error('local-ecr did not start');
	const { url, port, environment } = JSON.parse(line);
	const stop = async () => {
		process_.kill('SIGTERM');
		await once(process_, 'exit');
	};
	return { url, port, host: `127.0.0.1:${port}`, pid: process_.pid, environment, stop };
}

/**
 * What docker login gets: the registry of an account and the password for it.
 * @returns {Promise<{host: string, password: string, auth: string, authorization: string}>} `auth` is what Docker's configuration keeps
 */
export async function logIn({ url, environment }, account = '111111111111') {
	const credential = `AKIA${account}TEST/20260101/${environment.AWS_REGION}/ecr/aws4_request`;
	const answer = await fetch(url, {
		method: 'POST',
		headers: {
			'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
			authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
		},
		body: '{}',
	});
	const { authorizationData } = await answer.json();
	const { authorizationToken: auth, proxyEndpoint } = authorizationData[0];
	return {
		host: new URL(proxyEndpoint).host,
		password: Buffer.from(auth, 'base64').toString().slice('AWS:'.length),
		auth,
		authorization: `Basic ${auth}`,
	};
}
