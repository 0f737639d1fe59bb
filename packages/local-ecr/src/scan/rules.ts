import { matchesWildcard } from '../aws/arn.ts';
import type { ScanStep } from './timeline.ts';

export type ScanType = 'basic' | 'enhanced';
export type Finding = Readonly<Record<string, unknown>>;

/** What scans find, and how they get there. All conditions that a rule names must hold; the first such rule counts. */
export interface ScanRule {
	/** With `*` for anything. */
	readonly repository?: string;
	readonly tag?: string;
	readonly digest?: string;
	/** `linux/arm64` */
	readonly platform?: string;
	readonly type: ScanType;
	readonly steps?: readonly [ScanStep, ...ScanStep[]];
	/** In ECR's own shapes: `findings[]` of a basic scan or `enhancedFindings[]` of an enhanced one. */
	readonly findings: readonly Finding[];
}

interface ScanSubject {
	readonly repository: string;
	readonly tags: readonly string[];
	readonly digest: string;
	readonly platform: string | undefined;
	readonly type: ScanType;
}

interface ScanScript {
	/** Whether the steps are a rule's own. */
	readonly scripted: boolean;
	readonly steps: readonly [ScanStep, ...ScanStep[]];
	readonly findings: readonly Finding[];
}

export interface ScanRules {
	/** Later rules come before earlier ones, so that a test can add to a seed. */
	readonly add: (rules: readonly ScanRule[]) => void;
	/** How long a scan takes where no rule has steps of its own. */
	readonly setSeconds: (seconds: number) => void;
	/** @param settled the status in which a scan without steps of its own ends: COMPLETE, or ACTIVE while it continues */
	readonly scriptFor: (subject: ScanSubject, settled: string) => ScanScript;
}

export function createScanRules(): ScanRules {
	let rules: readonly ScanRule[] = [];
	let seconds = 1;
	return {
		add: (added) => {
			rules = [...added, ...rules];
		},
		setSeconds: (value) => {
			seconds = value;
		},
		scriptFor: (subject, settled) => {
			const rule = rules.find((candidate) => applies(candidate, subject));
			const findings = rule?.findings ?? [];
			const steps = rule?.steps ?? usualSteps(subject.type, findings.length, seconds, settled);
			return { findings, steps, scripted: rule?.steps !== undefined };
		},
	};
}

function applies(rule: ScanRule, subject: ScanSubject): boolean {
	return (
		rule.type === subject.type &&
		(rule.repository === undefined || matchesWildcard(rule.repository, subject.repository)) &&
		(rule.tag === undefined || subject.tags.includes(rule.tag)) &&
		(rule.digest === undefined || rule.digest === subject.digest) &&
		(rule.platform === undefined || rule.platform === subject.platform)
	);
}

/**
 * Basic scans run, then are complete. Enhanced ones reach their settled status before all findings are there: they
 * arrive late and grow (aws/aws-sdk#289).
 */
function usualSteps(type: ScanType, count: number, seconds: number, settled: string): [ScanStep, ...ScanStep[]] {
	if (type === 'basic') return [{ status: 'IN_PROGRESS', seconds }, { status: settled }];
	return [
		{ status: 'PENDING', seconds: seconds / 2 },
		{ status: settled, seconds: seconds / 4, findings: 0 },
		{ status: settled, seconds: seconds / 4, findings: Math.floor(count / 2) },
		{ status: settled },
	];
}
