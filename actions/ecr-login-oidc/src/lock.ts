import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, messageOf, PipelineError } from '@ecr-pipeline/core';

// The work under the lock takes milliseconds; a lock this old was left behind by a process that was killed.
const STALE_MILLISECONDS = 5_000;
// Longer than that, so that the post step of a main that was killed under the lock still cleans up.
const WAIT_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 20;

/** Changes a file alone: several jobs of one self-hosted runner share Docker's configuration and the AWS profiles. */
export async function withLock<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
	const lock = `${path}.ecr-pipeline.lock`;
	const deadline = clock.now() + WAIT_MILLISECONDS;
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	while (!(await take(lock))) {
		await removeStale(lock);
		if (clock.now() > deadline) {
			throw new PipelineError({
				code: 'timeout',
				attempted: `Could not lock ${path}`,
				answer: `${lock} is there`,
				fix: `If no other job is running, remove ${lock}.`,
			});
		}
		await clock.sleep(POLL_MILLISECONDS);
	}
	try {
		return await work();
	} finally {
		await rm(lock, { force: true });
	}
}

async function take(lock: string): Promise<boolean> {
	try {
		await (await open(lock, 'wx', 0o600)).close();
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw new PipelineError({
			code: 'environment',
			attempted: `Could not write ${lock}`,
			answer: messageOf(error),
			cause: error,
		});
	}
}

/** Renamed before it is removed: of several that wait only one can, and a lock that was taken meanwhile goes back. */
async function removeStale(lock: string): Promise<void> {
	const found = await ageOf(lock);
	if (found === undefined || found < STALE_MILLISECONDS) return;
	const aside = `${lock}.${process.pid}`;
	try {
		await rename(lock, aside);
		if (((await ageOf(aside)) ?? 0) < STALE_MILLISECONDS) await link(aside, lock);
		await rm(aside, { force: true });
	} catch {
		// Somebody else was faster; the next look will tell.
	}
}

/** Milliseconds since a file was written, by the file system's clock on this machine; undefined where it is not there. */
async function ageOf(path: string): Promise<number | undefined> {
	const found = await stat(path).catch(() => undefined);
	return found === undefined ? undefined : Date.now() - found.mtimeMs;
}
