import { type Clock, type Context, createContext, createRunner, type Digest, digestOf } from '@ecr-pipeline/core';
import type { Coverage, Exploitation, Scanning, ScanningConfiguration, ScanPage, ScanStart } from '@ecr-pipeline/ecr';
import { type Manifest, manifestFromBytes, OCI_INDEX, OCI_MANIFEST } from '@ecr-pipeline/registry';
import type { WaitInputs } from './inputs.ts';

/** A clock that jumps to the next sleeper as soon as nothing else is going on. */
export function createFakeClock(): Clock & { play<T>(work: Promise<T>): Promise<T> } {
	let now = Date.UTC(2026, 0, 1);
	const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
	return {
		now: () => now,
		sleep: (milliseconds, signal) =>
			new Promise((resolve, reject) => {
				const abort = (): void => {
					sleepers.delete(sleeper);
					reject(signal?.reason);
				};
				const wake = (): void => {
					signal?.removeEventListener('abort', abort);
					resolve();
				};
				const sleeper = { at: now + milliseconds, wake };
				sleepers.add(sleeper);
				if (signal?.aborted) abort();
				else signal?.addEventListener('abort', abort, { once: true });
			}),
		async play(work) {
			let running = true;
			const done = work.finally(() => {
				running = false;
			});
			done.catch(() => undefined);
			while (running) {
				for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
				const [first] = [...sleepers].sort((one, other) => one.at - other.at);
				if (first === undefined || !running) continue;
				sleepers.delete(first);
				now = Math.max(now, first.at);
				first.wake();
			}
			return done;
		},
	};
}

type Answer<T> = T | Error;
/** What is so from this many seconds on. */
export type Frame<T> = readonly [second: number, answer: Answer<T>];

export interface Script {
	readonly configuration?: ScanningConfiguration;
	/** Everything that is to be seen of a scan, from time to time; pages are cut from it. */
	readonly scans: Readonly<Record<Digest, readonly Frame<Seen>[]>>;
	readonly coverage?: Readonly<Record<Digest, readonly Frame<Coverage>[]>>;
	/** EPSS and KEV by the name of the finding; absent: not permitted. */
	readonly exploitation?: (second: number) => Answer<Readonly<Record<string, Exploitation>>>;
	/** EPSS alone; absent: not permitted. */
	readonly epss?: Readonly<Record<string, number>>;
	readonly start?: (digest: Digest, second: number) => Answer<ScanStart>;
}

export interface Seen {
	readonly kind?: 'no-image' | 'no-scan';
	readonly status?: string;
	readonly description?: string;
	/** Names of the findings; the severity is HIGH unless given as `name/SEVERITY`. */
	readonly basic?: readonly string[];
	readonly enhanced?: readonly string[];
	readonly counts?: Readonly<Record<string, number>>;
	/** Second of the play. */
	readonly completedAt?: number;
}

export interface Call {
	readonly second: number;
	readonly what: 'configuration' | 'page' | 'start' | 'coverage' | 'details' | 'epss';
	readonly digest?: Digest;
	readonly maxResults?: number;
}

/** Plays the ECR and Inspector calls of a script against a clock, and notes every call. */
export function playScans(script: Script, clock: Clock): { readonly scanning: Scanning; readonly calls: Call[] } {
	const zero = clock.now();
	const calls: Call[] = [];
	const second = (): number => (clock.now() - zero) / 1000;
	const at = <T>(frames: readonly Frame<T>[] | undefined): T => {
		const answer = frames?.findLast(([from]) => from <= second())?.[1];
		if (answer === undefined) throw new Error('the script says nothing for this time');
		if (answer instanceof Error) throw answer;
		return answer;
	};
	return {
		calls,
		scanning: {
			async configuration() {
				calls.push({ second: second(), what: 'configuration' });
				return script.configuration ?? { scanType: 'basic', frequency: 'SCAN_ON_PUSH', unknown: [] };
			},
			async page({ digest, maxResults, nextToken }) {
				calls.push({ second: second(), what: 'page', digest, maxResults });
				return pageOf(at(script.scans[digest]), maxResults, Number(nextToken ?? 0), zero);
			},
			async start(digest) {
				calls.push({ second: second(), what: 'start', digest });
				const answer = script.start?.(digest, second()) ?? { kind: 'limit-exceeded', reason: 'LimitExceededException' };
				if (answer instanceof Error) throw answer;
				return answer;
			},
			async coverage(digest) {
				calls.push({ second: second(), what: 'coverage', digest });
				return script.coverage === undefined
					? { kind: 'not-permitted', reason: 'AccessDeniedException' }
					: at(script.coverage[digest]);
			},
			exploitation: {
				async details(arns) {
					calls.push({ second: second(), what: 'details', maxResults: arns.length });
					const told = script.exploitation?.(second());
					if (told === undefined) return { kind: 'not-permitted', reason: 'AccessDeniedException on details' };
					if (told instanceof Error) throw told;
					const known = arns.flatMap((arn): [string, Exploitation][] => {
						const one = told[arn.split('/').at(-1) ?? ''];
						return one === undefined ? [] : [[arn, one]];
					});
					return { kind: 'details', byArn: new Map(known) };
				},
				async epss(digest) {
					calls.push({ second: second(), what: 'epss', digest });
					return script.epss === undefined
						? { kind: 'not-permitted', reason: 'AccessDeniedException on the list' }
						: { kind: 'scores', byId: new Map(Object.entries(script.epss)) };
				},
			},
		},
	};
}

function pageOf(seen: Seen, size: number, from: number, zero: number): ScanPage {
	if (seen.kind !== undefined) return { kind: seen.kind };
	const { basic = [], enhanced, status, description, completedAt } = seen;
	const count = Math.max(basic.length, enhanced?.length ?? 0);
	return {
		kind: 'scan',
		...(status === undefined ? {} : { status }),
		...(description === undefined ? {} : { description }),
		enhanced: enhanced !== undefined,
		basicFindings: basic
			.slice(from, from + size)
			.map((text) => ({ name: nameOf(text), severity: severityOf(text) as 'HIGH' })),
		enhancedFindings: (enhanced ?? []).slice(from, from + size).map((text) => ({
			findingArn: `arn:aws:inspector2:eu-west-1:111122223333:finding/${nameOf(text)}`,
			severity: severityOf(text),
			status: 'ACTIVE',
			type: 'PACKAGE_VULNERABILITY',
			packageVulnerabilityDetails: {
				vulnerabilityId: nameOf(text),
				vulnerablePackages: [{ name: 'openssl', version: '3.0.1' }],
			},
		})),
		counts: seen.counts ?? {},
		...(completedAt === undefined ? {} : { completedAt: new Date(zero + completedAt * 1000) }),
		...(from + size < count ? { nextToken: String(from + size) } : {}),
	};
}

const nameOf = (text: string): string => text.split('/')[0] ?? text;
const severityOf = (text: string): string => text.split('/')[1] ?? 'HIGH';

/** A context that prints into a list. */
export function createTestContext(
	clock: Clock,
	directory: string,
	random: number,
): { readonly context: Context; readonly lines: string[] } {
	const lines: string[] = [];
	const runner = createRunner({ RUNNER_TEMP: directory }, (text) => lines.push(text.trimEnd()));
	return { context: { ...createContext(runner), clock, random: () => random }, lines };
}

/** An image of one manifest. */
export function imageManifest(name: string): Manifest {
	const config = {
		mediaType: 'application/vnd.oci.image.config.v1+json',
		digest: digestOf(Buffer.from(name)),
		size: 2,
	};
	return manifestOf({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });
}

/** An index of manifests by platform; `attestation` makes an entry as BuildKit writes them. */
export function imageIndex(entries: Readonly<Record<string, Manifest>>): Manifest {
	const manifests = Object.entries(entries).map(([name, { digest, mediaType, bytes }]) => {
		const [os, architecture, variant] = name.split('/');
		const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
		const attests = {
			platform: { os: 'unknown', architecture: 'unknown' },
			annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
		};
		return { mediaType, digest, size: bytes.length, ...(name === 'attestation' ? attests : { platform }) };
	});
	return manifestOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

function manifestOf(value: Readonly<Record<string, unknown>> & { readonly mediaType: string }): Manifest {
	return manifestFromBytes(Buffer.from(JSON.stringify(value)), value.mediaType);
}

export const DEFAULT_INPUTS: Omit<WaitInputs, 'image'> = {
	scanType: 'auto',
	startScan: 'auto',
	platforms: 'all',
	timeoutSeconds: 900,
	settleSeconds: 0,
	onUnsupported: 'fail',
	enrich: 'auto',
};
