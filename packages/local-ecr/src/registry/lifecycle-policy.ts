import { invalidParameter } from '../aws/service-error.ts';

export interface LifecycleRule {
	readonly rulePriority: number;
	readonly selection: {
		readonly tagStatus: 'tagged' | 'untagged' | 'any';
		readonly tagPrefixList?: readonly string[];
		readonly tagPatternList?: readonly string[];
		readonly countType: 'imageCountMoreThan' | 'sinceImagePushed' | 'sinceImagePulled';
		readonly countUnit?: 'days';
		readonly countNumber: number;
	};
	readonly action: { readonly type: 'expire' };
}

const TAG_STATUSES = ['tagged', 'untagged', 'any'];
const COUNT_TYPES = ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled'];

/**
 * Reads a lifecycle policy. Rules that move images to the archive are refused: this stand-in does not keep one.
 * @returns the rules by priority
 * @throws ServiceError InvalidParameterException
 */
export function readLifecyclePolicy(text: string): readonly LifecycleRule[] {
	const rules = rulesOf(text);
	const problems = rules.flatMap(problemsOf);
	const priorities = rules.map(({ rulePriority }) => rulePriority);
	if (new Set(priorities).size < priorities.length) problems.push('rulePriority must be unique');
	const last = Math.max(...priorities);
	if (rules.some((rule) => rule.selection?.tagStatus === 'any' && rule.rulePriority !== last))
		problems.push("a rule with tagStatus 'any' must have the highest rulePriority");
	if (problems.length > 0) throw invalid(problems.join(', '));
	return [...rules].sort((a, b) => a.rulePriority - b.rulePriority);
}

function rulesOf(text: string): readonly LifecycleRule[] {
	let rules: unknown;
	try {
		rules = (JSON.parse(text) as { rules?: unknown } | null)?.rules;
	} catch {
		throw invalidParameter('LifecyclePolicyText', 'Invalid JSON syntax');
	}
	if (!Array.isArray(rules) || rules.length < 1 || rules.length > 50) throw invalid('rules must be 1 to 50');
	return rules as LifecycleRule[];
}

function problemsOf({ rulePriority, selection, action }: LifecycleRule): string[] {
	const { tagStatus, tagPrefixList = [], tagPatternList = [], countType, countUnit, countNumber } = selection ?? {};
	const lists = tagPrefixList.length + tagPatternList.length;
	const checks: readonly (readonly [boolean, string])[] = [
		[Number.isInteger(rulePriority) && rulePriority >= 1, 'rulePriority must be a whole number of at least 1'],
		[TAG_STATUSES.includes(tagStatus ?? ''), `tagStatus must be one of [${TAG_STATUSES.join(', ')}]`],
		[tagStatus !== 'tagged' || lists > 0, 'tagPrefixList or tagPatternList must be given with tagStatus tagged'],
		[tagStatus === 'tagged' || lists === 0, 'tagPrefixList and tagPatternList go with tagStatus tagged only'],
		[tagPrefixList.length === 0 || tagPatternList.length === 0, 'only one of tagPrefixList and tagPatternList'],
		[COUNT_TYPES.includes(countType ?? ''), `countType must be one of [${COUNT_TYPES.join(', ')}]`],
		[
			(countType === 'imageCountMoreThan') === (countUnit === undefined),
			"countUnit must be 'days' with a countType since…, and absent otherwise",
		],
		[countUnit === undefined || countUnit === 'days', "countUnit must be 'days'"],
		[Number.isInteger(countNumber) && (countNumber ?? 0) >= 1, 'countNumber must be a whole number of at least 1'],
		[action?.type === 'expire', 'action.type must be expire'],
	];
	return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

const invalid = (why: string) => invalidParameter('LifecyclePolicyText', `Lifecycle policy validation failure: ${why}`);
