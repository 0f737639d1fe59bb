/** The one clock of a local ECR: scans, tokens, sessions and rollouts all go by it, so advancing it advances everything. */
export interface Clock {
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	readonly advance: (seconds: number) => void;
}

export function createClock(base: () => number): Clock {
	let offset = 0;
	return {
		now: () => base() + offset,
		advance: (seconds) => {
			offset += seconds * 1000;
		},
	};
}
