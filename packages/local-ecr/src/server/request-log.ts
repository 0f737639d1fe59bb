import type { Clock } from '../clock.ts';

/** One request, in the order of arrival. What is not known before the answer is filled in when it is. */
export interface RequestEntry {
	readonly id: number;
	/** ISO 8601, by the server's clock. */
	readonly at: string;
	readonly method: string;
	readonly path: string;
	/** `ecr:BatchGetImage`, `v2:PutManifest`, `sts:AssumeRole`, `storage:GetLayer`, `github:GetToken`. */
	operation: string;
	account?: string;
	region?: string;
	repository?: string;
	/** What was made to go wrong with it. */
	faults?: readonly string[];
	/** 0 while the answer is under way. */
	status: number;
	ms: number;
	bytesIn: number;
	bytesOut: number;
}

export interface RequestLog {
	readonly start: (method: string, path: string) => RequestEntry;
	readonly since: (id: number) => readonly RequestEntry[];
	readonly counts: () => { readonly total: number; readonly byOperation: Readonly<Record<string, number>> };
	/** The id of the newest entry; 0 before the first. */
	readonly last: () => number;
	readonly clear: () => void;
}

const KEPT = 100_000;

export function createRequestLog(clock: Clock): RequestLog {
	let entries: RequestEntry[] = [];
	let last = 0;
	return {
		start: (method, path) => {
			last += 1;
			const entry: RequestEntry = {
				id: last,
				at: new Date(clock.now()).toISOString(),
				method,
				path,
				operation: 'unknown',
				status: 0,
				ms: 0,
				bytesIn: 0,
				bytesOut: 0,
			};
			entries.push(entry);
			if (entries.length > KEPT * 2) entries = entries.slice(-KEPT);
			return entry;
		},
		since: (id) => entries.filter((entry) => entry.id > id),
		counts: () => {
			const byOperation: Record<string, number> = {};
			for (const { operation } of entries) byOperation[operation] = (byOperation[operation] ?? 0) + 1;
			return { total: entries.length, byOperation };
		},
		last: () => last,
		clear: () => {
			entries = [];
		},
	};
}
