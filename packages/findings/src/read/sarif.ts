import { type Finding, finding } from '../finding.ts';
import { asObject, type JsonObject, numberAt, objectAt, objectsAt, refuse, requiredTextAt, textAt } from '../shape.ts';
import { unknownList } from './answer.ts';
import type { FormatReader } from './format.ts';
import { formatPath } from './json-path.ts';

/**
 * SARIF 2.1.0 of any scanner. It has no place for the image's digest, for packages, or for fixed versions. A level (error,
 * warning, note) is no severity: without `security-severity` the severity is unknown.
 */
export function openSarif(log: JsonObject): FormatReader {
	if (log.version !== '2.1.0') throw refuse('version', '2.1.0', log.version);
	const runs = objectsAt(log, 'runs', 'log');
	if (runs.length === 0) throw refuse('runs', 'a list of at least one run', runs);
	const rules = runs.map((run, index) => rulesOf(run, `runs[${index}]`));
	return {
		read(item, list, index) {
			const [top, position, key] = list;
			const known = typeof position === 'number' ? rules[position] : undefined;
			if (list.length !== 3 || top !== 'runs' || key !== 'results' || known === undefined) throw unknownList(list);
			const path = `${formatPath(list)}[${index}]`;
			return readResult(asObject(item, path), known, path);
		},
		finish: (_, findings) => ({
			format: 'sarif',
			scanType: 'sarif',
			digests: [],
			platforms: [{ platform: 'unknown', status: 'complete' }],
			findings,
			notes: [],
		}),
	};
}

/** The rules of a run, by id and, those of the driver, by index. */
interface Rules {
	readonly byId: ReadonlyMap<unknown, JsonObject>;
	readonly driver: readonly JsonObject[];
}

function rulesOf(run: JsonObject, path: string): Rules {
	if (!Array.isArray(run.results))
		throw refuse(`${path}.results`, 'a list: without one the scan did not get that far', run.results);
	if (run.externalPropertyFileReferences !== undefined)
		throw refuse(`${path}.externalPropertyFileReferences`, 'absent: results in other files are not read', 'there');
	for (const [index, invocation] of objectsAt(run, 'invocations', path).entries()) {
		if (invocation.executionSuccessful === false)
			throw refuse(`${path}.invocations[${index}].executionSuccessful`, 'true', 'false');
	}
	const tool = objectAt(run, 'tool', path);
	const components = [objectAt(tool, 'driver', `${path}.tool`), ...objectsAt(tool, 'extensions', `${path}.tool`)];
	const all = components.flatMap((component) => objectsAt(component, 'rules', `${path}.tool`));
	// Of two rules of one id the first one holds.
	return {
		byId: new Map(all.toReversed().map((rule) => [rule.id, rule])),
		driver: objectsAt(components[0] ?? {}, 'rules', `${path}.tool.driver`),
	};
}

function readResult(result: JsonObject, rules: Rules, path: string): Finding | undefined {
	const kind = textAt(result, 'kind', path) ?? 'fail';
	if (kind === 'pass' || kind === 'notApplicable' || result.baselineState === 'absent') return undefined;
	const reference = objectAt(result, 'rule', path);
	const index = numberAt(result, 'ruleIndex', path, { min: -1, max: Number.MAX_SAFE_INTEGER }) ?? -1;
	const named = textAt(result, 'ruleId', path) ?? textAt(reference, 'id', `${path}.rule`);
	const rule = rules.byId.get(named) ?? rules.driver[index] ?? {};
	const id = named ?? requiredTextAt(rule, 'id', `${path}.rule`);
	const properties = [objectAt(result, 'properties', path), objectAt(rule, 'properties', `${path}.rule`)];
	const score = properties
		.map((bag) => numberAt(bag, 'security-severity', `${path}.properties`, { min: 0, max: 10 }))
		.find((value) => value !== undefined);
	const help = textAt(rule, 'helpUri', `${path}.rule`);
	const place = placeOf(result, path);
	return finding({
		id,
		aliases: embeddedIds(id),
		givenSeverity: '',
		cvss: score === undefined ? [] : [{ source: 'security-severity', score }],
		epss: undefined,
		knownExploited: undefined,
		exploitAvailable: undefined,
		packages: place === undefined ? [] : [{ name: place, path: place, layers: [], fixedVersions: [] }],
		fix: 'unknown',
		firstSeen: undefined,
		platforms: ['unknown'],
		title: textOf(rule, 'shortDescription', path) ?? textOf(result, 'message', path),
		description: textOf(rule, 'fullDescription', path) ?? textOf(result, 'message', path),
		links: help === undefined ? [] : [help],
		status: isSuppressed(result, path) ? 'suppressed' : 'active',
	});
}

// Grype writes rule ids such as CVE-2024-1234-openssl.
function embeddedIds(id: string): string[] {
	const [found] = /^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})(?=-|$)/i.exec(id) ?? [];
	return found === undefined ? [] : [found];
}

function placeOf(result: JsonObject, path: string): string | undefined {
	const [location] = objectsAt(result, 'locations', path);
	const physical = location === undefined ? {} : objectAt(location, 'physicalLocation', path);
	return textAt(objectAt(physical, 'artifactLocation', path), 'uri', path);
}

function textOf(parent: JsonObject, key: string, path: string): string | undefined {
	return textAt(objectAt(parent, key, path), 'text', `${path}.${key}`);
}

// SARIF 3.27.23: a result is suppressed when it has suppressions and none is under review or rejected.
function isSuppressed(result: JsonObject, path: string): boolean {
	const suppressions = objectsAt(result, 'suppressions', path);
	return suppressions.length > 0 && suppressions.every(({ status = 'accepted' }) => status === 'accepted');
}
