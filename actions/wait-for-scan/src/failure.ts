import { type ErrorCode, PipelineError } from '@ecr-pipeline/core';
import { label } from './image.ts';
import type { Ending } from './outcome.ts';
import type { WaitResult } from './wait.ts';

const CODES: Readonly<Record<Ending['state'], ErrorCode>> = {
	unsupported: 'unsupported',
	expired: 'refused',
	archived: 'refused',
	off: 'refused',
	failed: 'service',
	'not-found': 'not-found',
	'timed-out': 'timeout',
	stopped: 'refused',
};

/** The error of a wait without complete findings: what each platform lacks, and what to do. */
export function failureOf(result: WaitResult): PipelineError | undefined {
	if (result.accepted) return undefined;
	const endings = result.outcomes.flatMap((outcome) => (outcome.state === 'complete' ? [] : [outcome]));
	const reasons = new Map<string, string[]>();
	for (const ending of endings) {
		const reason = `${ending.state}: ${ending.reason}`;
		reasons.set(reason, [...(reasons.get(reason) ?? []), label(ending)]);
	}
	const decisive = endings.filter(({ state }) => state !== 'stopped');
	return new PipelineError({
		code: result.state === 'complete' ? 'service' : CODES[result.state],
		attempted: `The scan of ${result.name}@${result.digest} is not complete`,
		answer: [...reasons].map(([reason, labels]) => `${labels.join(', ')} ${reason}`).join('; '),
		fix: [...new Set(decisive.map(({ fix }) => fix))].join(' '),
	});
}
