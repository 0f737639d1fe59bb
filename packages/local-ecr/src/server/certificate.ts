import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Certificate {
	readonly key: string;
	readonly cert: string;
	/** Where clients find what to trust. */
	readonly path: string;
}

const DAY = 86_400_000;
const DAYS = 365;
const DNS = 2;
const IP = 7;

/** The certificate of a directory, made when it has none or when it is about to end: for loopback, signed by itself. */
export async function openCertificate(directory: string, now: number): Promise<Certificate> {
	const path = join(directory, 'tls.crt');
	const keyPath = join(directory, 'tls.key');
	const datePath = join(directory, 'tls.until');
	const kept = await Promise.all(
		[path, keyPath, datePath].map((file) => readFile(file, 'utf8').catch(() => undefined)),
	);
	const [keptCert, keptKey, until] = kept;
	if (keptCert !== undefined && keptKey !== undefined && Number(until) > now + DAY)
		return { cert: keptCert, key: keptKey, path };
	// Loaded by those who ask for TLS only: it is the largest thing in here.
	const { generate } = await import('selfsigned');
	const ends = now + DAYS * DAY;
	const { cert, private: key } = await generate([{ name: 'commonName', value: 'local-ecr' }], {
		keyType: 'ec',
		notBeforeDate: new Date(now - DAY),
		notAfterDate: new Date(ends),
		extensions: [
			// It is its own authority, which is what clients are told to trust.
			{ name: 'basicConstraints', cA: true, critical: true },
			{ name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
			{ name: 'extKeyUsage', serverAuth: true },
			{
				name: 'subjectAltName',
				altNames: [
					{ type: DNS, value: 'localhost' },
					{ type: IP, ip: '127.0.0.1' },
				],
			},
		],
	});
	await writeFile(keyPath, key, { mode: 0o600 });
	await writeFile(path, cert);
	await writeFile(datePath, String(ends));
	return { cert, key, path };
}
