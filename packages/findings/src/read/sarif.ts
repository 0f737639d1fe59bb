import { type Finding, finding } from '../finding.ts';
import { type JsonObject, numberAt, objectAt, objectsAt, refuse, requiredTextAt, textAt } from '../shape.ts';
import type { ReadFindings } from './answer.ts';

/**
 * SARIF 2.1.0 of any scanner. It has no place for the image's digest, for packages, or for fixed versions. A level (error,
 * warning, note) is no severity: without `security-severity` the severity is unknown.
 */
export function readSarif(log: JsonObject): ReadFindings {
	if (log.version !== '2.1.0') throw refuse('version', '2.1.0', log.version);
	const runs = objectsAt(log, 'runs', 'log');
	if (runs.length === 0) throw refuse('runs', 'a list of at least one run', runs);
	const findings = runs.flatMap((run, index) => findingsOfRun(run, `runs[${index}]`));
	return {
		format: 'sarif',
		scanType: 'sarif',
		digests: [],
		platforms: [{ platform: 'unknown', status: 'complete' }],
		findings,
		notes: [],
	};
}

function findingsOfRun(run: JsonObject, path: string): Finding[] {
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
	const rules = components.flatMap((component) => objectsAt(component, 'rules', `${path}.tool`));
	const driverRules = objectsAt(components[0] ?? {}, 'rules', `${path}.tool.driver`);
	return objectsAt(run, 'results', path).flatMap((result, index) => {
		const at = `${path}.results[${index}]`;
		if (['pass', 'notApplicable'].includes(textAt(result, 'kind', at) ?? 'fail') || result.baselineState === 'absent')
			return [];
		return [readResult(result, rules, driverRules, at)];
	});
}

function readResult(
	result: JsonObject,
	rules: readonly JsonObject[],
	driverRules: readonly JsonObject[],
	path: string,
): Finding {
	const reference = objectAt(result, 'rule', path);
	const index = numberAt(result, 'ruleIndex', path, { min: -1, max: Number.MAX_SAFE_INTEGER }) ?? -1;
	const named = textAt(result, 'ruleId', path) ?? textAt(reference, 'id', `${path}.rule`);
	const rule = rules.find(({ id }) => id === named) ?? driverRules[index] ?? {};
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
