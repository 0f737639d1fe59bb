import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Place } from './peers.ts';
import type { Wish } from './wish.ts';

// Some ask for ever; every scenario is over within a minute, also on a busy machine.
const LONGEST = 240_000;

export interface PeerOutcome {
	/** Another action has but green and red; `hangs` is red after hours. */
	readonly verdict: 'pass' | 'red' | 'hangs';
	readonly lastWords: string;
}

/** Runs another action once, in a job of its own. */
export async function playPeer(
	peer: Peer,
	place: Place,
	wish: Wish,
	directory: string,
	env: Readonly<Record<string, string>>,
): Promise<PeerOutcome> {
	const { command, arguments: given, inputs = {}, env: more = {} } = peer.launch(place, wish);
	const output = join(directory, 'peer-output');
	writeFileSync(output, '');
	const asInputs = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
	const files = { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: output, GITHUB_ENV: output };
	const child = spawn(command, given, {
		env: { ...env, AWS_REGION: place.region, ...files, ...Object.fromEntries(asInputs), ...more },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
	const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST);
	const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (exitCode, by) => resolve({ code: exitCode, signal: by }));
	});
	clearTimeout(timer);
	const passed = code === 0 && (peer.passed?.(readFileSync(output, 'utf8')) ?? true);
	return {
		verdict: signal === 'SIGKILL' ? 'hangs' : passed ? 'pass' : 'red',
		lastWords: said.trim().split('\n').slice(-2).join(' ').slice(-300),
	};
}
