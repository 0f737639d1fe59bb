import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, PipelineError } from '@ecr-pipeline/core';
import type { Coverage, ScanningConfiguration } from '@ecr-pipeline/ecr';
import type { Manifest } from '@ecr-pipeline/registry';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf } from './failure.ts';
import type { WaitInputs } from './inputs.ts';
import { outputsOf, variablesOf } from './outputs.ts';
import {
	createFakeClock,
	createTestContext,
	DEFAULT_INPUTS,
	type Frame,
	imageIndex,
	imageManifest,
	playScans,
	type Script,
	type Seen,
} from './scan-player.fixture.ts';
import { summaryOf } from './summary.ts';
import { waitAt } from './wait.ts';

const AMD64 = imageManifest('amd64');
const ARM64 = imageManifest('arm64');
const ATTESTATION = imageManifest('attestation');
const INDEX = imageIndex({ 'linux/amd64': AMD64, 'linux/arm64/v8': ARM64, attestation: ATTESTATION });

const BASIC: ScanningConfiguration = { scanType: 'basic', frequency: 'SCAN_ON_PUSH', unknown: [] };
const ENHANCED: ScanningConfiguration = {
	scanType: 'enhanced',
	frequency: 'CONTINUOUS_SCAN',
	covered: true,
	repositoryArn: 'arn:aws:ecr:eu-west-1:111122223333:repository/team/app',
	unknown: [],
};
const NEVER_SCANNED: Coverage = { kind: 'covered', statusCode: 'ACTIVE', reason: 'PENDING_INITIAL_SCAN' };
const SCANNED: Coverage = {
	kind: 'covered',
	statusCode: 'ACTIVE',
	reason: 'SUCCESSFUL',
	lastScannedAt: new Date(Date.UTC(2026, 0, 1, 0, 1)),
};
const throttled = new PipelineError({ code: 'throttled', attempted: 'Could not read', answer: 'ThrottlingException' });

let directory: string;
beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'wait-for-scan-'));
});
afterEach(() => rm(directory, { recursive: true }));

interface Play {
	readonly image?: Manifest;
	readonly inputs?: Partial<WaitInputs>;
	readonly script: Script;
	/** Manifests that appear only after so many seconds. */
	readonly visibleFrom?: number;
	readonly tag?: string;
	readonly random?: number;
}

async function play({ image = AMD64, inputs = {}, script, visibleFrom = 0, tag, random = 0.5 }: Play) {
	const clock = createFakeClock();
	const began = clock.now();
	const { scanning, calls } = playScans(script, clock);
	const { context, lines } = createTestContext(clock, directory, random);
	const all = [AMD64, ARM64, ATTESTATION, INDEX, image];
	const source = {
		name: 'registry.test/team/app',
		async manifests(references: readonly string[]) {
			if (clock.now() - began < visibleFrom * 1000) return new Map();
			return new Map(
				references.flatMap((reference): [string, Manifest][] => {
					const found = reference === tag ? image : all.find(({ digest }) => digest === reference);
					return found === undefined ? [] : [[reference, found]];
				}),
			);
		},
	};
	const place = { registry: 'registry.test', repository: 'team/app', source, scanning };
	const reference = { repository: 'team/app', ...(tag === undefined ? { digest: image.digest } : { tag }) };
	const result = await clock.play(waitAt(place, { ...DEFAULT_INPUTS, image: reference, ...inputs }, context));
	const document = async () => JSON.parse(await readFile(join(directory, 'findings.json'), 'utf8'));
	return { result, calls, lines, document, seconds: (clock.now() - began) / 1000, failure: failureOf(result) };
}

const one = (...frames: Frame<Seen>[]): Script['scans'] => ({ [AMD64.digest]: frames });
const basicDone = (...basic: string[]): Seen => ({ status: 'COMPLETE', basic, completedAt: 0 });
const covered = (...frames: Frame<Coverage>[]): Record<Digest, Frame<Coverage>[]> => ({ [AMD64.digest]: frames });

describe('a basic scan', () => {
	it('is waited for through IN_PROGRESS, and its findings are written', async () => {
		const { result, document, calls } = await play({
			script: { scans: one([0, { status: 'IN_PROGRESS' }], [7, basicDone('CVE-1/CRITICAL', 'CVE-2')]) },
		});
		expect(result).toMatchObject({ state: 'complete', accepted: true });
		expect(result.known?.counts).toMatchObject({ critical: 1, high: 1, total: 2 });
		expect(await document()).toMatchObject({
			schemaVersion: 1,
			image: `registry.test/team/app@${AMD64.digest}`,
			repository: 'team/app',
			scanType: 'basic',
			platforms: [{ platform: 'unknown', digest: AMD64.digest, status: 'complete' }],
			findings: [{ id: 'CVE-1' }, { id: 'CVE-2' }],
		});
		expect(calls.some(({ what }) => what === 'start')).toBe(false);
	});

	it('is clean when it is COMPLETE with its time and without findings', async () => {
		const { result } = await play({ script: { scans: one([0, basicDone()]) } });
		expect(result).toMatchObject({ state: 'complete', known: { counts: { total: 0 } } });
	});

	it('that gives neither findings nor a time is never clean, however often it is read', async () => {
		const { result, calls } = await play({
			inputs: { timeoutSeconds: 600, scanType: 'basic' },
			script: { scans: one([0, { status: 'ACTIVE', basic: [] }]), configuration: { unknown: ['denied'] } },
		});
		expect(result).toMatchObject({ state: 'timed-out', accepted: false });
		expect(calls.filter(({ what }) => what === 'page').length).toBeLessThanOrEqual(60);
	});

	it('is started when there is none', async () => {
		const { result, calls } = await play({
			script: {
				scans: one([0, { kind: 'no-scan' }], [4, { status: 'IN_PROGRESS' }], [10, basicDone('CVE-1')]),
				start: () => ({ kind: 'started' }),
			},
		});
		expect(result.state).toBe('complete');
		expect(calls.filter(({ what }) => what === 'start')).toHaveLength(1);
	});

	it('uses the scan that is there when the daily limit is reached', async () => {
		const { result, calls, lines } = await play({
			inputs: { startScan: 'always' },
			script: {
				scans: one([0, basicDone('CVE-1')]),
				start: () => ({ kind: 'limit-exceeded', reason: 'LimitExceededException: once in 24 hours' }),
			},
		});
		expect(result).toMatchObject({ state: 'complete', known: { counts: { high: 1 } } });
		expect(calls.filter(({ what }) => what === 'start')).toHaveLength(1);
		expect(lines.join('\n')).toContain('the scan that is there is used');
	});

	it('with start-scan: always is not taken for the old one, which is still to be seen for a while', async () => {
		const { result, seconds } = await play({
			inputs: { startScan: 'always' },
			script: {
				scans: one(
					[0, basicDone()],
					[8, { status: 'IN_PROGRESS' }],
					[20, { ...basicDone('CVE-NEW'), completedAt: 20 }],
				),
				start: () => ({ kind: 'started' }),
			},
		});
		expect(result.known?.counts.total).toBe(1);
		expect(seconds).toBeGreaterThanOrEqual(20);
	});

	it('that can never come is said at once: manual, never scanned, and start-scan: never', async () => {
		const { result, seconds, failure } = await play({
			inputs: { startScan: 'never' },
			script: { configuration: { ...BASIC, frequency: 'MANUAL' }, scans: one([0, { kind: 'no-scan' }]) },
		});
		expect(result.state).toBe('off');
		expect(seconds).toBeLessThan(1);
		expect(failure?.message).toContain('start-scan: auto');
	});

	it('that counts more findings than it lists is not complete', async () => {
		const { result } = await play({
			script: {
				scans: one(
					[0, { ...basicDone('CVE-1'), counts: { HIGH: 3 } }],
					[5, { ...basicDone('CVE-1', 'CVE-2', 'CVE-3'), counts: { HIGH: 3 } }],
				),
			},
		});
		expect(result.known?.counts.total).toBe(3);
	});
});

describe('an enhanced scan', () => {
	const enhanced = (...names: string[]): Seen => ({ status: 'ACTIVE', enhanced: names });

	it('that is ACTIVE without findings is waited for until Inspector says that it has scanned', async () => {
		const { result, seconds, calls } = await play({
			script: {
				configuration: ENHANCED,
				scans: one([0, { status: 'PENDING', enhanced: [] }], [5, enhanced()], [60, enhanced('CVE-1/CRITICAL')]),
				coverage: covered([0, NEVER_SCANNED], [60, SCANNED]),
			},
		});
		expect(result).toMatchObject({ state: 'complete', known: { scanType: 'enhanced', counts: { critical: 1 } } });
		expect(seconds).toBeGreaterThan(60);
		expect(seconds).toBeLessThan(60 + 6 + 4);
		expect(calls.some(({ what }) => what === 'start')).toBe(false);
	});

	it('that is clean passes quickly where Inspector confirms it', async () => {
		const { result, seconds } = await play({
			script: { configuration: ENHANCED, scans: one([0, enhanced()]), coverage: covered([0, SCANNED]) },
		});
		expect(result).toMatchObject({ state: 'complete', known: { counts: { total: 0 } } });
		expect(seconds).toBeLessThan(5);
	});

	it('whose findings come in waves is read until they stay the same, where Inspector may not be asked', async () => {
		const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `CVE-${index}`);
		const { result, lines } = await play({
			script: {
				configuration: ENHANCED,
				scans: one([0, enhanced(...many(2))], [15, enhanced(...many(250))], [30, enhanced(...many(340))]),
			},
		});
		expect(result.known?.counts.total).toBe(340);
		expect(lines.join('\n')).toContain('AccessDeniedException');
	});

	it('tells sets with as many findings apart', async () => {
		const { result, document } = await play({
			script: {
				configuration: ENHANCED,
				scans: one([0, enhanced('CVE-A')], [8, enhanced('CVE-B')]),
			},
		});
		expect(result.state).toBe('complete');
		expect(await document()).toMatchObject({ findings: [{ id: 'CVE-B' }] });
	});

	it('never passes without findings, without a time, and without Inspector', async () => {
		const { result, failure } = await play({
			inputs: { timeoutSeconds: 300 },
			script: { configuration: ENHANCED, scans: one([0, enhanced()]) },
		});
		expect(result.state).toBe('timed-out');
		expect(failure?.message).toContain('inspector2:ListCoverage');
	});

	it('never passes as clean by a basic shape', async () => {
		const { result } = await play({
			inputs: { timeoutSeconds: 300 },
			script: { configuration: ENHANCED, scans: one([0, basicDone()]) },
		});
		expect(result.state).toBe('timed-out');
	});

	it('reads all pages, 1000 at a time, and one finding while it waits', async () => {
		const names = Array.from({ length: 2500 }, (_, index) => `CVE-${index}/${index === 2400 ? 'CRITICAL' : 'LOW'}`);
		const { result, calls } = await play({
			script: {
				configuration: ENHANCED,
				scans: one([0, { status: 'PENDING', enhanced: [] }], [10, enhanced(...names)]),
				coverage: covered([0, SCANNED]),
			},
		});
		expect(result.known?.counts).toMatchObject({ critical: 1, low: 2499 });
		const sizes = calls.filter(({ what }) => what === 'page').map(({ maxResults }) => maxResults);
		expect(sizes.filter((size) => size === 1000)).toHaveLength(6);
		expect(sizes.filter((size) => size !== 1000).every((size) => size === 1)).toBe(true);
	});

	it('settles for as long as asked', async () => {
		const { seconds } = await play({
			inputs: { settleSeconds: 120 },
			script: { configuration: ENHANCED, scans: one([0, enhanced('CVE-1')]), coverage: covered([0, SCANNED]) },
		});
		expect(seconds).toBeGreaterThanOrEqual(120);
		expect(seconds).toBeLessThan(125);
	});

	it('that is off for the repository is said at once, with the setting to change', async () => {
		const { result, failure, seconds, calls } = await play({
			script: {
				configuration: { ...ENHANCED, frequency: 'MANUAL', covered: false },
				scans: one([0, { kind: 'no-scan' }]),
			},
		});
		expect(result.state).toBe('off');
		expect(seconds).toBe(0);
		expect(calls.map(({ what }) => what)).toEqual(['configuration']);
		expect(failure?.message).toContain('put-registry-scanning-configuration');
		expect(failure?.message).toContain('team/app');
	});

	it('is recognised by its shape where the configuration may not be read, and none is started', async () => {
		const { result, calls } = await play({
			inputs: { startScan: 'always' },
			script: {
				configuration: { unknown: ['AccessDeniedException'] },
				scans: one([0, { kind: 'no-scan' }], [10, { status: 'COMPLETE', enhanced: ['CVE-1'] }]),
			},
		});
		expect(result).toMatchObject({ state: 'complete', known: { scanType: 'enhanced' } });
		expect(calls.some(({ what }) => what === 'start')).toBe(false);
	});

	it('that Inspector says it cannot do ends as unsupported', async () => {
		const { result } = await play({
			script: {
				configuration: ENHANCED,
				scans: one([0, enhanced()]),
				coverage: covered([0, { kind: 'covered', statusCode: 'INACTIVE', reason: 'UNSUPPORTED_OS' }]),
			},
		});
		expect(result).toMatchObject({
			state: 'unsupported',
			outcomes: [{ reason: expect.stringContaining('UNSUPPORTED_OS') }],
		});
	});
});

describe('EPSS and KEV', () => {
	const scans = one([0, { status: 'ACTIVE', enhanced: ['CVE-1', 'CVE-2'] }]);
	const script: Script = {
		configuration: ENHANCED,
		scans,
		coverage: covered([0, SCANNED]),
		exploitation: () => ({ 'CVE-1': { epss: 0.9, knownExploited: true } }),
	};

	it('are written into the findings, and what is not known is neither zero nor no', async () => {
		const { document, result, lines } = await play({ script });
		const { findings } = await document();
		expect(findings[0]).toMatchObject({ id: 'CVE-1', epss: 0.9, knownExploited: true });
		expect(Object.keys(findings[1])).not.toEqual(expect.arrayContaining(['epss']));
		expect(Object.keys(findings[1])).not.toEqual(expect.arrayContaining(['knownExploited']));
		const unknown = 'Unknown of 2 vulnerabilities: EPSS of 1, KEV of 1';
		expect(lines.join('\n')).toContain(unknown);
		expect(summaryOf(result)).toContain('EPSS of 1, KEV of 1');
		expect(outputsOf(result).result).toMatchObject({ exploitation: { vulnerabilities: 2, 'kev-known': 1, calls: 1 } });
	});

	it('are not asked for with enrich: never', async () => {
		const { calls, result } = await play({ script, inputs: { enrich: 'never' } });
		expect(calls.some(({ what }) => what === 'details' || what === 'epss')).toBe(false);
		expect(result.exploitation).toBeUndefined();
	});

	it('that no call can tell leave the findings complete', async () => {
		const { result } = await play({ script: { ...script, exploitation: () => throttled } });
		expect(result).toMatchObject({ state: 'complete', accepted: true, known: { counts: { total: 2 } } });
	});
});

describe('an index', () => {
	const both = (amd64: Frame<Seen>[], arm64: Frame<Seen>[]): Script['scans'] => ({
		[AMD64.digest]: amd64,
		[ARM64.digest]: arm64,
	});

	it('is waited for on every platform, not on attestations, and a finding names its platforms', async () => {
		const { result, document, calls } = await play({
			image: INDEX,
			script: {
				scans: both(
					[[0, basicDone('CVE-1')]],
					[
						[0, { status: 'IN_PROGRESS' }],
						[9, basicDone('CVE-1', 'CVE-2')],
					],
				),
			},
		});
		expect(result).toMatchObject({ state: 'complete', digest: INDEX.digest });
		expect(await document()).toMatchObject({
			digest: INDEX.digest,
			findings: [
				{ id: 'CVE-1', platforms: ['linux/amd64', 'linux/arm64/v8'] },
				{ id: 'CVE-2', platforms: ['linux/arm64/v8'] },
			],
		});
		const asked = new Set(calls.map(({ digest }) => digest));
		expect(asked.has(ATTESTATION.digest)).toBe(false);
		expect(asked.has(INDEX.digest)).toBe(false);
	});

	it('fails as soon as one platform has failed, and leaves no findings behind', async () => {
		await writeFile(join(directory, 'findings.json'), 'of an earlier image');
		const running: Seen = { status: 'IN_PROGRESS' };
		const { result, failure, seconds } = await play({
			image: INDEX,
			script: {
				scans: both(
					[[0, running]],
					[
						[0, running],
						[5, { status: 'FAILED', description: 'broken' }],
					],
				),
			},
		});
		expect(result).toMatchObject({
			state: 'failed',
			accepted: false,
			outcomes: [{ state: 'stopped' }, { state: 'failed' }],
		});
		expect(seconds).toBeLessThan(10);
		expect(failure?.message).toContain('linux/arm64/v8 failed: the scan is FAILED (broken)');
		expect(await readdir(directory)).toEqual([]);
	});

	it('is narrowed to the platforms asked for', async () => {
		const { result } = await play({
			image: INDEX,
			inputs: { platforms: ['linux/arm64'] },
			script: { scans: both([[0, { status: 'FAILED' }]], [[0, basicDone()]]) },
		});
		expect(result).toMatchObject({ state: 'complete', outcomes: [{ platform: 'linux/arm64/v8' }] });
	});

	it('that lacks a platform asked for is refused with those it has', async () => {
		const wrong = play({ image: INDEX, inputs: { platforms: ['linux/s390x'] }, script: { scans: {} } });
		await expect(wrong).rejects.toThrow(/linux\/s390x.*it has linux\/amd64, linux\/arm64\/v8/);
	});

	it('of attestations only is refused', async () => {
		const wrong = play({ image: imageIndex({ attestation: ATTESTATION }), script: { scans: {} } });
		await expect(wrong).rejects.toThrow(/lists no image of a platform/);
	});

	it('within an index is unfolded, and each manifest is waited for once', async () => {
		const { result } = await play({
			image: imageIndex({ 'linux/amd64': AMD64, any: INDEX }),
			script: { scans: both([[0, basicDone()]], [[0, basicDone()]]) },
		});
		expect(result.outcomes.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64/v8']);
	});
});

describe('on-unsupported', () => {
	const script: Script = { scans: one([0, { status: 'UNSUPPORTED_IMAGE', description: 'scratch' }]) };

	it('fails by default', async () => {
		const { result, failure } = await play({ script });
		expect(result).toMatchObject({ state: 'unsupported', accepted: false });
		expect(failure?.code).toBe('unsupported');
	});

	it('warns when told to, and the findings say that nothing is known', async () => {
		const { result, failure, document, lines } = await play({ script, inputs: { onUnsupported: 'warn' } });
		expect(failure).toBeUndefined();
		expect(result).toMatchObject({ state: 'unsupported', accepted: true });
		expect(await document()).toMatchObject({ platforms: [{ status: 'unsupported' }], findings: [] });
		expect(lines.join('\n')).toContain('::warning::');
	});

	it('counts the UnsupportedImageError of a basic scan', async () => {
		const description = "UnsupportedImageError: The operating system 'amzn' version '2022' is not supported.";
		const { result } = await play({ script: { scans: one([0, { status: 'FAILED', description }]) } });
		expect(result.state).toBe('unsupported');
	});
});

describe('trouble on the way', () => {
	it('throttling is survived', async () => {
		const { result } = await play({
			script: {
				scans: one([0, throttled], [40, { status: 'IN_PROGRESS' }], [50, throttled], [70, basicDone('CVE-1')]),
			},
		});
		expect(result).toMatchObject({ state: 'complete', known: { counts: { high: 1 } } });
	});

	it('throttling until the end is a time-out that says so, never a pass', async () => {
		const { result, failure } = await play({ inputs: { timeoutSeconds: 60 }, script: { scans: one([0, throttled]) } });
		expect(result.state).toBe('timed-out');
		expect(failure?.message).toContain('ThrottlingException');
	});

	it('a denied call ends the step at once', async () => {
		const denied = new PipelineError({ code: 'access-denied', attempted: 'Could not read the scan findings' });
		await expect(play({ script: { scans: one([0, denied]) } })).rejects.toThrow('Could not read the scan findings');
	});

	it('an image that is not visible yet is looked for again', async () => {
		const { result } = await play({
			visibleFrom: 6,
			script: { scans: one([0, { kind: 'no-image' }], [15, basicDone()]) },
		});
		expect(result.state).toBe('complete');
	});

	it('an image that never appears is said not to be there', async () => {
		await expect(play({ visibleFrom: 1000, script: { scans: {} } })).rejects.toThrow(/did not appear within 30 s/);
		const { result, seconds } = await play({ script: { scans: one([0, { kind: 'no-image' }]) } });
		expect(result.state).toBe('not-found');
		expect(seconds).toBeLessThan(40);
	});

	it('a status that comes back to IN_PROGRESS starts the waiting over', async () => {
		const { result } = await play({
			script: {
				configuration: ENHANCED,
				scans: one(
					[0, { status: 'ACTIVE', enhanced: ['CVE-1'] }],
					[10, { status: 'PENDING', enhanced: [] }],
					[60, { status: 'ACTIVE', enhanced: ['CVE-1', 'CVE-2'] }],
				),
			},
		});
		expect(result.known?.counts.total).toBe(2);
	});

	it('a scan-type that the registry does not have is said at once', async () => {
		const { result, failure } = await play({
			inputs: { scanType: 'enhanced' },
			script: { configuration: BASIC, scans: {} },
		});
		expect(result.state).toBe('off');
		expect(failure?.message).toContain('scan-type is enhanced, and the registry is set to basic');
	});
});

// What is asked after the end, EPSS and KEV, is no polling; cadence.test.ts has answers that take their time.
describe('polling', () => {
	const enrich = 'never' as const;
	const durations = [1, 5, 12, 33, 64, 128, 250, 420, 590];
	const chances = [0, 0.5, 0.999];
	const cases = durations.flatMap((duration) => chances.map((random) => ({ duration, random })));
	const slowest = (duration: number): number => Math.min(20, Math.max(3, duration / 10));

	it.each(cases)(
		'notices the end of a scan of $duration s in time and cheaply (chance $random)',
		async ({ duration, random }) => {
			const { seconds, calls, result } = await play({
				random,
				inputs: { enrich },
				script: {
					scans: one([0, { kind: 'no-scan' }], [1, { status: 'IN_PROGRESS' }], [duration, basicDone()]),
					start: () => ({ kind: 'started' }),
				},
			});
			expect(result.state).toBe('complete');
			expect(seconds - duration).toBeLessThanOrEqual(slowest(duration));
			// The configuration is two questions, and one more finds the manifest.
			expect(calls.length + 2).toBeLessThanOrEqual(60);
		},
	);

	it.each(cases)(
		'does so under enhanced scanning, ACTIVE from the start, for $duration s (chance $random)',
		async ({ duration, random }) => {
			const { calls, result } = await play({
				random,
				inputs: { enrich },
				script: {
					configuration: ENHANCED,
					scans: one([0, { status: 'ACTIVE', enhanced: [] }], [duration, { status: 'ACTIVE', enhanced: ['CVE-1'] }]),
					coverage: covered([0, NEVER_SCANNED], [duration, SCANNED]),
				},
			});
			expect(result.known?.counts.total).toBe(1);
			const noticed = calls.find(({ what, second }) => what === 'coverage' && second >= duration)?.second ?? Number.NaN;
			expect(noticed - duration).toBeLessThanOrEqual(slowest(duration));
			expect(calls.length + 2).toBeLessThanOrEqual(60);
		},
	);

	it.each(chances)(
		'stays cheap for ten minutes without Inspector and without an end of the changes (chance %f)',
		async (random) => {
			const changing = Array.from(
				{ length: 600 },
				(_, second): Frame<Seen> => [second, { status: 'ACTIVE', enhanced: [`CVE-${second}`] }],
			);
			const { calls, result } = await play({
				random,
				inputs: { timeoutSeconds: 600 },
				script: { configuration: ENHANCED, scans: one(...changing) },
			});
			expect(result.state).toBe('timed-out');
			expect(calls.length + 2).toBeLessThanOrEqual(60);
		},
	);

	it('prints one line every ten seconds', async () => {
		const { lines } = await play({ script: { scans: one([0, { status: 'IN_PROGRESS' }], [35, basicDone()]) } });
		const progress = lines.filter((line) => line.includes('of 15 min'));
		expect(progress).toHaveLength(3);
		expect(progress[0]).toMatch(/^10\.0 s of 15 min 0 s: sha256:.*the scan is IN_PROGRESS/);
	});
});

describe('what is handed on', () => {
	it('names the digest that a tag was resolved to', async () => {
		const { result, lines } = await play({ tag: 'v1', script: { scans: one([0, basicDone('CVE-1')]) } });
		expect(result).toMatchObject({ digest: AMD64.digest, tag: 'v1' });
		expect(lines.join('\n')).toContain(`registry.test/team/app:v1 is ${AMD64.digest}`);
	});

	it('gives the contract its outputs, and the gate its file', async () => {
		const { result } = await play({ script: { scans: one([0, basicDone('CVE-1', 'CVE-2/UNDEFINED')]) } });
		expect(outputsOf(result)).toMatchObject({
			status: 'complete',
			'findings-file': join(directory, 'findings.json'),
			counts: { critical: 0, high: 1, medium: 0, low: 0, informational: 0, unknown: 1, total: 2 },
			critical: 0,
			high: 1,
			image: `registry.test/team/app@${AMD64.digest}`,
			'scan-completed-at': '2026-01-01T00:00:00.000Z',
		});
		expect(variablesOf(result)).toEqual({ ECR_PIPELINE_FINDINGS: join(directory, 'findings.json') });
	});

	it('gives no counts and no file after a failed wait', async () => {
		const { result } = await play({ script: { scans: one([0, { status: 'SCAN_ELIGIBILITY_EXPIRED' }]) } });
		expect(outputsOf(result)).toMatchObject({ status: 'expired', 'findings-file': '', counts: '', critical: '' });
		expect(variablesOf(result)).toEqual({ ECR_PIPELINE_FINDINGS: '' });
	});

	it('names an image that is no index by its digest alone, since its manifest tells no platform', async () => {
		const { result } = await play({ script: { scans: one([0, { status: 'FAILED' }]) } });
		expect(result.outcomes.map(({ platform }) => platform)).toEqual(['unknown']);
		expect(summaryOf(result)).not.toContain('<code>unknown</code>');
		expect(summaryOf(result)).toContain(`<code>${result.digest.slice(0, 19)}</code>`);
	});

	it('lets no text of the registry become markup', async () => {
		const description = '</table><script>alert(1)</script>|\n::error::x';
		const { result } = await play({ script: { scans: one([0, { status: 'FAILED', description }]) } });
		const summary = summaryOf(result);
		expect(summary).not.toContain('<script>');
		expect(summary.split('\n').some((line) => line.startsWith('::'))).toBe(false);
	});
});
