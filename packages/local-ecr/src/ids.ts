import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** A request id, an upload id, a token id. */
export const newId: () => string = randomUUID;

/** Upper-case letters and digits, as access keys and role ids are made of. */
export function randomKey(length: number): string {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

export function randomSecret(bytes: number): string {
	return randomBytes(bytes).toString('base64');
}

export function sha256(data: Buffer | string): string {
	return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}
