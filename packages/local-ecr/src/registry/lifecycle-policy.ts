import { invalidParameter } from '../aws/service-error.ts';

/** ECR user guide, "Lifecycle policy properties in Amazon ECR". */
export interface LifecycleRule {
	readonly rulePriority: number;
	readonly selection: {
		readonly tagStatus: 'tagged' | 'untagged' | 'any';
		readonly tagPrefixList?: readonly string[];
		readonly tagPatternList?: readonly string[];
		/** Of the images that it looks at; `standard` when absent. */
		readonly storageClass?: 'standard' | 'archive';
		readonly countType: (typeof COUNT_TYPES)[number];
		readonly countUnit?: 'days';
		readonly countNumber: number;
	};
	readonly action: { readonly type: 'expire' | 'transition'; readonly targetStorageClass?: 'archive' };
}

const TAG_STATUSES = ['tagged', 'untagged', 'any'];
const COUNT_TYPES = ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'] as const;
/** Archived images are kept for so long at least (ECR user guide, "Archiving an image"). */
const ARCHIVE_DAYS = 90;

export const storageClassOf = ({ selection }: LifecycleRule): 'standard' | 'archive' =>
	selection?.storageClass ?? 'standard';

/**
 * Reads a lifecycle policy.
 * @returns the rules by priority
 * @throws ServiceError InvalidParameterException
 */
export function readLifecyclePolicy(text: string): readonly LifecycleRule[] {
	const rules = rulesOf(text);
	const problems = rules.flatMap(problemsOf);
	const priorities = rules.map(({ rulePriority }) => rulePriority);
	if (new Set(priorities).size < priorities.length) problems.push('rulePriority must be unique');
	// Each storage class by itself: what is archived is out of sight of the rules for what is not.
	const lastOf = (one: LifecycleRule) =>
		Math.max(...rules.filter((rule) => storageClassOf(rule) === storageClassOf(one)).map((rule) => rule.rulePriority));
	if (rules.some((rule) => rule.selection?.tagStatus === 'any' && rule.rulePriority !== lastOf(rule)))
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

function problemsOf(rule: LifecycleRule): string[] {
	const checks = [...selectionChecks(rule), ...actionChecks(rule)];
	return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

type Check = readonly [holds: boolean, problem: string];

function selectionChecks({ rulePriority, selection }: LifecycleRule): Check[] {
	const { tagStatus, tagPrefixList = [], tagPatternList = [], countType, countUnit, countNumber } = selection ?? {};
	const lists = tagPrefixList.length + tagPatternList.length;
	return [
		[Number.isInteger(rulePriority) && rulePriority >= 1, 'rulePriority must be a whole number of at least 1'],
		[TAG_STATUSES.includes(tagStatus ?? ''), `tagStatus must be one of [${TAG_STATUSES.join(', ')}]`],
		[tagStatus !== 'tagged' || lists > 0, 'tagPrefixList or tagPatternList must be given with tagStatus tagged'],
		[tagStatus === 'tagged' || lists === 0, 'tagPrefixList and tagPatternList go with tagStatus tagged only'],
		[tagPrefixList.length === 0 || tagPatternList.length === 0, 'only one of tagPrefixList and tagPatternList'],
		[
			tagPatternList.every((one) => one.split('*').length <= 5),
			'a pattern of tagPatternList has at most four wildcards',
		],
		[COUNT_TYPES.some((known) => known === countType), `countType must be one of [${COUNT_TYPES.join(', ')}]`],
		[
			(countType === 'imageCountMoreThan') === (countUnit === undefined),
			"countUnit must be 'days' with a countType since…, and absent otherwise",
		],
		[countUnit === undefined || countUnit === 'days', "countUnit must be 'days'"],
		[Number.isInteger(countNumber) && (countNumber ?? 0) >= 1, 'countNumber must be a whole number of at least 1'],
	];
}

function actionChecks(rule: LifecycleRule): Check[] {
	const { countType, countNumber = 0 } = rule.selection ?? {};
	const { type, targetStorageClass } = rule.action ?? {};
	const ofArchive = countType === 'sinceImageTransitioned';
	return [
		[type === 'expire' || type === 'transition', 'action.type must be expire or transition'],
		[
			(type === 'transition') === (targetStorageClass === 'archive'),
			'action.targetStorageClass must be archive with the type transition, and absent otherwise',
		],
		[
			storageClassOf(rule) === (ofArchive ? 'archive' : 'standard'),
			'storageClass must be archive with sinceImageTransitioned, and standard or absent otherwise',
		],
		[
			countType !== 'sinceImagePulled' || type === 'transition',
			'sinceImagePulled goes with the action transition only',
		],
		[!ofArchive || type === 'expire', 'sinceImageTransitioned goes with the action expire only'],
		[
			!ofArchive || countNumber >= ARCHIVE_DAYS,
			`countNumber must be at least ${ARCHIVE_DAYS} with sinceImageTransitioned`,
		],
	];
}

const invalid = (why: string) => invalidParameter('LifecyclePolicyText', `Lifecycle policy validation failure: ${why}`);
