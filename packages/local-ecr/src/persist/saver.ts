/** Writes the state some time after it changed, once for many changes, and never twice at the same time. */
export interface Saver {
	readonly changed: () => void;
	/** Waits for what is being written, and writes what is not yet. */
	readonly flush: () => Promise<void>;
}

const DELAY_MS = 100;

export function createSaver(save: () => Promise<void>): Saver {
	let timer: NodeJS.Timeout | undefined;
	let writing: Promise<void> = Promise.resolve();
	const write = () => {
		timer = undefined;
		writing = writing.then(save);
		return writing;
	};
	return {
		changed: () => {
			timer ??= setTimeout(() => void write(), DELAY_MS);
		},
		flush: async () => {
			clearTimeout(timer);
			await write();
		},
	};
}
