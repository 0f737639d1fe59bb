import { type Decision, FINDING_CLASSES } from '../evaluate.ts';
import { cvssScore, type Finding, type Fix } from '../finding.ts';
import { SEVERITIES } from '../severity.ts';
import { textLine } from '../texts.ts';
import { joined } from './pieces.ts';
import { platformsText } from './platforms.ts';

// A hundred thousand findings are in one page, so a row is a list without names, and a value that many rows share is in a
// table. html-script-data.ts reads them again, in this order.

const FIXES: readonly Fix[] = ['available', 'partial', 'none', 'unknown'];
const FLAGS = { isNew: 1, tolerated: 2, exploited: 4, exploit: 8, suppressed: 16 };

/** The findings with their decisions, as the JSON that the page's script reads: `{"rows":[…],"shared":[…]}`. */
export function* rowsJson(decisions: readonly Decision[]): Iterable<string> {
	const shared = new Map<string, number>();
	const numberOf = (value: string): number => {
		const known = shared.get(value);
		if (known !== undefined) return known;
		shared.set(value, shared.size);
		return shared.size - 1;
	};
	// Equal ratings are mostly one list, so their text is put together once.
	const ratingNumbers = new Map<Finding['cvss'], number>();
	const ratingNumber = ({ cvss }: Finding): number => {
		const number = ratingNumbers.get(cvss) ?? numberOf(ratingText(cvss));
		ratingNumbers.set(cvss, number);
		return number;
	};
	yield '{"rows":[';
	yield* joined(decisions, ',\n', (decision) => forScript(JSON.stringify(rowOf(decision, numberOf, ratingNumber))));
	yield `],"shared":${forScript(JSON.stringify([...shared.keys()]))}}`;
}

/** The texts of the findings, a line of JSON for each, in the order of the rows: the page parses one when it shows it. */
export function* textLines(decisions: readonly Decision[]): Iterable<string> {
	yield* joined(decisions, '\n', ({ finding }) => forScript(textLine(finding)));
}

/** Inside a script element only "<" can do harm: it could end the element or begin a comment. */
function forScript(json: string): string {
	return json.includes('<') ? json.replaceAll('<', '\\u003c') : json;
}

function rowOf(
	{ finding, class: end, rule, reason, isNew, tolerated }: Decision,
	numberOf: (value: string) => number,
	ratingNumber: (finding: Finding) => number,
) {
	const { packages, epss, knownExploited, exploitAvailable, status } = finding;
	return [
		SEVERITIES.indexOf(finding.severity),
		FINDING_CLASSES.indexOf(end),
		numberOf(rule),
		numberOf(reason),
		(isNew ? FLAGS.isNew : 0) |
			(tolerated ? FLAGS.tolerated : 0) |
			(knownExploited === true ? FLAGS.exploited : 0) |
			(exploitAvailable === true ? FLAGS.exploit : 0) |
			(status === 'suppressed' ? FLAGS.suppressed : 0),
		finding.id,
		cvssScore(finding.cvss)?.score ?? null,
		epss ?? null,
		numberOf(finding.firstSeen?.slice(0, 10) ?? ''),
		numberOf(platformsText(finding.platforms)),
		FIXES.indexOf(finding.fix),
		ratingNumber(finding),
		numberOf(finding.givenSeverity),
		finding.aliases.join(', '),
		packages.map(({ name, version = '', type = '', purl = '', path = '', layers, fixedVersions }) => [
			name,
			version,
			fixedVersions.join(', '),
			numberOf(type),
			purl,
			path,
			numberOf(layers.join(', ')),
		]),
	];
}

function ratingText(cvss: Finding['cvss']): string {
	return cvss
		.map(({ source, version = '', score, vector = '' }) => `${source} ${version}  ${score ?? ''}  ${vector}`.trim())
		.join('\n');
}
