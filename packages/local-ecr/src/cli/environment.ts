import type { LocalEcr } from '../server/start.ts';

/** The lines that a shell takes, and the word that tells a script to go on. */
export function shellLines(server: LocalEcr): string {
	const lines = Object.entries(server.environment()).map(([name, value]) => `export ${name}='${value}'`);
	return `${lines.join('\n')}\nready\n`;
}

/** One line for a program. */
export function jsonLine(server: LocalEcr): string {
	return `${JSON.stringify({ url: server.url, port: server.port, environment: server.environment() })}\n`;
}
