import type { Scenario } from './scenario.ts';

/** All that the other actions can be asked for: a threshold, and ids to ignore. */
export interface Wish {
	readonly threshold: string;
	readonly ignore: readonly string[];
}

/** What a scenario asks of another action, or why it asks for what only this suite has. */
export function wishOf(
	{ scanning = 'on-push', wait, gate = {}, policy = {}, files, faults = [], scans = [] }: Scenario,
	kinds: Kinds,
): Wish | string {
	const kind = scanning === 'on-push' || scanning === 'manual' ? 'basic' : 'enhanced';
	if (!kinds.includes(kind)) return `${kind} scanning`;
	if (wait === false || files !== undefined) return 'findings or VEX in a file';
	// Nobody else asks Inspector: what it says, or does not, is not to be seen for them.
	if (faults.some(({ operation }) => INSPECTOR.includes(operation))) return "Amazon Inspector's own word";
	const found = scans.flatMap(({ findings = [] }) => findings);
	if (found.some(({ status }) => status !== undefined)) return 'suppression by Amazon Inspector';
	const [setting] = Object.keys(wait ?? {}).filter((name) => !OURS.includes(name));
	if (setting !== undefined) return `${setting} of the wait`;
	const [shorthand] = Object.keys(gate).filter((name) => name !== 'fail-on-severity');
	if (shorthand !== undefined) return shorthand;
	const [rule] = Object.keys(policy).filter((name) => name !== 'version' && name !== 'ignore');
	if (rule !== undefined) return `${rule} of a policy file`;
	const ignores = (policy as { ignore?: readonly Readonly<Record<string, string>>[] }).ignore ?? [];
	const narrowed = ignores.some((one) => Object.keys(one).some((key) => !['id', 'reason', 'expires'].includes(key)));
	if (narrowed || ignores.some(({ expires }) => expires !== 'never')) return 'exceptions with a scope or an end';
	if (ignores.length > 0 && found.some(({ related }) => related !== undefined)) return 'aliases of an id';
	return { threshold: gate['fail-on-severity'] ?? 'high', ignore: ignores.flatMap(({ id }) => id ?? []) };
}

// Inputs that leave the verdict as it is.
const OURS = ['timeout-seconds', 'enrich'];
const INSPECTOR = ['ListCoverage', 'ListFindings', 'BatchGetFindingDetails'];

export type Kinds = readonly ('basic' | 'enhanced')[];
