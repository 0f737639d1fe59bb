import { type Clock, systemClock } from './clock.ts';
import { createDownload, type Download } from './download.ts';
import { type RunCommand, runCommand } from './exec.ts';
import { createAgents, createHttpSend, type HttpAgents, type HttpSend } from './http.ts';
import type { Env } from './inputs.ts';
import type { Log, Runner } from './runner.ts';

/** The world, as one argument of all work: environment, time, chance, network, commands, log. */
export interface Context {
	readonly env: Env;
	readonly log: Log;
	readonly clock: Clock;
	/** A number in [0, 1). */
	readonly random: () => number;
	readonly agents: HttpAgents;
	readonly send: HttpSend;
	/** For bodies of many bytes. */
	readonly download: Download;
	readonly run: RunCommand;
	/** Hides a secret in everything that is printed from now on. */
	readonly mask: (secret: string) => void;
	/** Tells the post step what to undo, at once, so that a later failure is cleaned up too. It is not masked: no secrets. */
	readonly saveState: (name: string, value: string) => void;
	/** Takes a variable out of the environment of this step and the later ones. */
	readonly unsetVariable: (name: string) => void;
	/** Puts a directory in front of the PATH of the later steps. */
	readonly addPath: (directory: string) => void;
	/** Where this job's own files go. */
	readonly temporaryDirectory: string;
}

/** The real world behind the runner. */
export function createContext(runner: Runner): Context {
	const agents = createAgents(runner.env);
	return {
		env: runner.env,
		log: runner,
		clock: systemClock,
		random: Math.random,
		agents,
		send: createHttpSend(agents),
		download: createDownload(runner.env),
		run: runCommand,
		mask: runner.mask,
		saveState: runner.saveState,
		unsetVariable: runner.unsetVariable,
		addPath: runner.addPath,
		temporaryDirectory: runner.temporaryDirectory,
	};
}
