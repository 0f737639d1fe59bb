/** What kind of trouble it is; one closed list for the whole suite. */
export type ErrorCode =
	| 'invalid-input'
	| 'not-found'
	| 'access-denied'
	| 'conflict'
	| 'throttled'
	| 'timeout'
	| 'refused'
	| 'unsupported'
	| 'corrupt'
	| 'service'
	| 'environment';

export interface Problem {
	readonly code: ErrorCode;
	/** What was attempted, on which resource, as the start of a sentence: `Could not put manifest … in …`. */
	readonly attempted: string;
	/** What answered, with its code and request id. */
	readonly answer?: string;
	/** What to do now: the IAM action to grant, the setting to change, the command to run. */
	readonly fix?: string;
	readonly cause?: unknown;
}

/** The one error of the suite: its message names the thing, the answer it got, and the next step. */
export class PipelineError extends Error {
	readonly code: ErrorCode;
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(sentence(problem), { cause: problem.cause });
		this.name = 'PipelineError';
		this.code = problem.code;
		this.problem = problem;
	}
}

function sentence({ attempted, answer, fix }: Problem): string {
	const head = answer === undefined ? attempted : `${attempted}: ${answer}`;
	const said = /[.!?]$/.test(head) ? head : `${head}.`;
	return fix === undefined ? said : `${said} ${fix}`;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
	if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
	return error instanceof Error ? error.message : String(error);
}
