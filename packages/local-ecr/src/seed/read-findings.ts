import type { Finding, ScanRule, ScanType } from '../scan/rules.ts';
import type { ScanStep } from '../scan/timeline.ts';
import { withoutAbsent } from './absent.ts';
import { type Fields, readFields } from './fields.ts';

/** The rules of what scans find: a list. */
export function readFindings(given: unknown, path: string, problems: string[]): ScanRule[] {
	if (given === undefined) return [];
	if (!Array.isArray(given)) {
		problems.push(`${path} must be a list of rules`);
		return [];
	}
	return given.map((one: unknown, index) => readRule(readFields(one, `${path}[${index}]`, problems)));
}

function readRule(fields: Fields): ScanRule {
	const given = fields.raw('findings');
	const findings = (Array.isArray(given) ? given : []) as Finding[];
	const [first, ...rest] = fields.objects('steps').map(readStep);
	const rule: ScanRule = {
		...withoutAbsent({
			repository: fields.text('repository'),
			tag: fields.text('tag'),
			digest: fields.text('digest'),
			platform: fields.text('platform'),
		}),
		type: fields.choice('type', ['basic', 'enhanced'] as const) ?? typeOf(findings),
		...(first === undefined ? {} : { steps: [first, ...rest] }),
		findings,
	};
	fields.end();
	return rule;
}

/** Only the findings of enhanced scans carry details of a package vulnerability. */
function typeOf(findings: readonly Finding[]): ScanType {
	return findings.some((finding) => 'packageVulnerabilityDetails' in finding) ? 'enhanced' : 'basic';
}

function readStep(fields: Fields): ScanStep {
	const step = {
		...withoutAbsent({
			seconds: fields.number('seconds'),
			findings: fields.number('findings'),
			description: fields.text('description'),
		}),
		status: fields.need('status', fields.text('status'), ''),
	};
	fields.end();
	return step;
}
