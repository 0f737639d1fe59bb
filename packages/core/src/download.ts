import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls, { rootCertificates } from 'node:tls';
import type { Env } from './inputs.ts';

/**
 * Opens the body of a GET that moves many bytes. A chunk is overwritten when the next one is asked for.
 * @returns undefined where this way cannot be taken, or the answer is anything but 200 with a length: then the request is to
 * be sent in the ordinary way, which knows what to do about it
 */
export type Download = (url: URL) => Promise<AsyncIterable<Buffer> | undefined>;

const BUFFER = 256 * 1024;
// A connection on which nothing moves for this long is dead.
const IDLE_MILLISECONDS = 60_000;
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/**
 * Reads over a connection of its own into two buffers that take turns. Node's HTTP client makes a new buffer for each 64 KB
 * and copies it once more in its parser: about twice the time of a whole copy, and a heap that grows by the garbage
 * (docs/decisions/0024-large-blobs.md).
 */
export function createDownload(env: Env): Download {
	// The ordinary way knows proxies.
	if (PROXIES.some((name) => env[name])) return async () => undefined;
	const ca = env.AWS_CA_BUNDLE ? [...rootCertificates, readFileSync(env.AWS_CA_BUNDLE, 'utf8')] : undefined;
	return async (url) => {
		const connection = connect(url, ca);
		const { pathname, search, host } = url;
		connection.socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
		const head = await readHead(connection);
		if (head === undefined) {
			connection.socket.destroy();
			return undefined;
		}
		return readLength(connection, head.rest, head.length);
	};
}

interface Connection {
	readonly socket: net.Socket;
	/** The bytes that came next; undefined when the other side has ended. What was given before is overwritten. */
	readonly next: () => Promise<Buffer | undefined>;
}

function connect({ protocol, hostname, port }: URL, ca: string[] | undefined): Connection {
	const buffers = [Buffer.allocUnsafeSlow(BUFFER), Buffer.allocUnsafeSlow(BUFFER)] as const;
	const arrived: Buffer[] = [];
	let filling = 0;
	let error: Error | undefined;
	let ended = false;
	let wake = (): void => undefined;

	const onread = {
		buffer: () => buffers[filling] as Buffer,
		callback: (count: number, buffer: Uint8Array) => {
			arrived.push(Buffer.from(buffer.buffer, buffer.byteOffset, count));
			filling = 1 - filling;
			wake();
			// One buffer is with the reader and the other has just been filled: nothing more until it is asked for.
			return false;
		},
	};
	const host = hostname.replace(/^\[(.*)\]$/, '$1');
	const socket =
		protocol === 'https:'
			? tls.connect({
					host,
					port: Number(port || 443),
					...(net.isIP(host) === 0 ? { servername: host } : {}),
					...(ca === undefined ? {} : { ca }),
					ALPNProtocols: ['http/1.1'],
					// Node's documentation of tls.connect lists it; its types do not.
					onread,
				} as tls.ConnectionOptions)
			: net.connect({ host, port: Number(port || 80), onread });
	socket.setTimeout(IDLE_MILLISECONDS, () => {
		// While a chunk waits for its reader, it is the reader who is slow.
		if (arrived.length > 0) socket.setTimeout(IDLE_MILLISECONDS);
		else socket.destroy(broken('ETIMEDOUT', `${host} sent nothing for ${IDLE_MILLISECONDS / 1000} s`));
	});
	socket.on('error', (cause) => {
		error = cause;
	});
	for (const event of ['end', 'close'])
		socket.on(event, () => {
			ended = true;
			wake();
		});

	return {
		socket,
		async next() {
			while (arrived.length === 0 && !ended) {
				socket.resume();
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
			const chunk = arrived.shift();
			if (chunk === undefined && error !== undefined) throw error;
			// While this one is used, the other buffer fills.
			socket.resume();
			return chunk;
		},
	};
}

// Longer than any that a storage sends; presigned addresses do not come back in it.
const LONGEST_HEAD = 64 * 1024;

/** Reads the head of an answer (RFC 9112). @returns undefined unless it is 200 with a Content-Length and no other framing */
async function readHead({ next }: Connection): Promise<{ readonly length: number; readonly rest: Buffer } | undefined> {
	let bytes = Buffer.alloc(0);
	let end = -1;
	while (end === -1) {
		const chunk = await next();
		if (chunk === undefined) throw tooEarly();
		bytes = Buffer.concat([bytes, chunk]);
		end = bytes.indexOf('\r\n\r\n');
		if (end === -1 && bytes.length > LONGEST_HEAD) return undefined;
	}
	const [status = '', ...fields] = bytes.toString('latin1', 0, end).split('\r\n');
	const lengths = fields.filter((field) => /^content-length:/i.test(field));
	const length = /^content-length:[ \t]*(\d{1,15})[ \t]*$/i.exec(lengths[0] ?? '')?.[1];
	const otherwise = fields.some((field) => /^(?:transfer-encoding|content-encoding):/i.test(field));
	if (!/^HTTP\/1\.[01] 200(?: |$)/.test(status) || length === undefined || lengths.length > 1 || otherwise)
		return undefined;
	return { length: Number(length), rest: bytes.subarray(end + 4) };
}

async function* readLength({ socket, next }: Connection, rest: Buffer, length: number): AsyncGenerator<Buffer> {
	try {
		for (let left = length, chunk: Buffer | undefined = rest; ; chunk = await next()) {
			if (chunk === undefined) throw tooEarly();
			if (chunk.length > 0) yield chunk.subarray(0, left);
			left -= chunk.length;
			if (left <= 0) return;
		}
	} finally {
		socket.destroy();
	}
}

function tooEarly(): Error {
	return broken('ECONNRESET', 'the other side closed the connection before the whole answer had come');
}

function broken(code: string, message: string): Error {
	return Object.assign(new Error(message), { code });
}
