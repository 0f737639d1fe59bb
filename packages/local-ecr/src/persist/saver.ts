/** Writes the state some time after it changed, once for many changes, and never twice at the same time. */
export interface Saver {
	readonly changed: () => void;
	/** Writes what there is, and nothing that comes later. */
	readonly end: () => Promise<void>;
}

const DELAY_MS = 100;

/** @param failed told when a write in the background failed; the state is written again with the next change */
export function createSaver(save: () => Promise<void>, failed: (error: unknown) => void): Saver {
	let timer: NodeJS.Timeout | undefined;
	let writing: Promise<void> = Promise.resolve();
	let ended = false;
	const write = () => {
		timer = undefined;
		writing = writing.then(save).catch(failed);
	};
	return {
		changed: () => {
			if (!ended) timer ??= setTimeout(write, DELAY_MS);
		},
		end: async () => {
			ended = true;
			clearTimeout(timer);
			await writing;
			await save();
		},
	};
}
