import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, messageOf, PipelineError } from '@ecr-pipeline/core';

const WAIT_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 50;
// The work under the lock takes milliseconds; a lock this old was left behind by a process that was killed.
const STALE_MILLISECONDS = 30_000;

/** Changes a file alone: several jobs of one self-hosted runner share Docker's configuration and the AWS profiles. */
export async function withLock<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
	const lock = `${path}.ecr-pipeline.lock`;
	const deadline = clock.now() + WAIT_MILLISECONDS;
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	while (!(await take(lock))) {
		if (await isStale(lock)) await rm(lock, { force: true });
		else if (clock.now() > deadline) {
			throw new PipelineError({
				code: 'timeout',
				attempted: `Could not lock ${path}`,
				answer: `${lock} is there`,
				fix: `If no other job is running, remove ${lock}.`,
			});
		} else await clock.sleep(POLL_MILLISECONDS);
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

async function isStale(lock: string): Promise<boolean> {
	// The file system's clock on both sides: the age of a file that is not there any more is none.
	const found = await stat(lock).catch(() => undefined);
	return found !== undefined && Date.now() - found.mtimeMs > STALE_MILLISECONDS;
}
