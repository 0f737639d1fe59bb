import { aliasesAmong, type Cvss, defined, type Finding, type Fix, finding } from '../finding.ts';
import { parsePurl } from '../purl.ts';
import {
	asObject,
	type JsonObject,
	listAt,
	numberAt,
	objectAt,
	objectsAt,
	refuse,
	requiredTextAt,
	textAt,
	textsAt,
	timeAt,
} from '../shape.ts';
import { digestsOf, imageAmong, unknownList } from './answer.ts';
import type { FormatReader } from './format.ts';
import { formatPath } from './json-path.ts';

/** Grype's JSON report (anchore/grype, grype/presenter/models/document.go). Its ignored matches are kept as suppressed. */
export function openGrype(report: JsonObject): FormatReader {
	const source = objectAt(report, 'source', 'report');
	if (source.type !== 'image') throw refuse('source.type', 'image', source.type);
	const target = objectAt(source, 'target', 'source');
	const parts = [textAt(target, 'os', 'source.target'), textAt(target, 'architecture', 'source.target')];
	const platform = parts.includes(undefined) ? 'unknown' : parts.join('/');
	const manifest = textAt(target, 'manifestDigest', 'source.target');
	const references = textsAt(target, 'repoDigests', 'source.target');
	const digests = digestsOf([...references, ...(manifest === undefined ? [] : [manifest])]);
	const descriptor = objectAt(report, 'descriptor', 'report');
	for (const key of ['matches', 'ignoredMatches']) listAt(report, key, 'report');
	return {
		read(item, list, index) {
			const path = `${formatPath(list)}[${index}]`;
			if (list.length > 1 || (list[0] !== 'matches' && list[0] !== 'ignoredMatches')) throw unknownList(list);
			return match(asObject(item, path), platform, list[0] === 'matches' ? 'active' : 'suppressed', path);
		},
		finish: (_, findings) => ({
			format: 'grype',
			scanType: 'grype',
			digests,
			...imageAmong(references),
			...defined('scanCompletedAt', timeAt(descriptor, 'timestamp', 'descriptor')),
			platforms: [{ platform, ...defined('digest', digests[0]), status: 'complete' }],
			findings,
			notes: [],
		}),
	};
}

function match(item: JsonObject, platform: string, status: Finding['status'], path: string): Finding {
	const vulnerability = objectAt(item, 'vulnerability', path);
	const at = `${path}.vulnerability`;
	const related = objectsAt(item, 'relatedVulnerabilities', path);
	const sources = [vulnerability, ...related];
	const id = requiredTextAt(vulnerability, 'id', at);
	const source = textAt(vulnerability, 'dataSource', at);
	const fix = objectAt(vulnerability, 'fix', at);
	return finding({
		id,
		aliases: aliasesAmong(
			id,
			related.map((entry, index) => requiredTextAt(entry, 'id', `${path}.relatedVulnerabilities[${index}]`)),
		),
		givenSeverity: textAt(vulnerability, 'severity', at),
		cvss: sources.flatMap((entry) => cvssOf(entry, path)),
		epss: epssOf(sources, path),
		// Grype joins its matches with CISA's catalog since 0.91; without the key it is an older one, which did not look.
		knownExploited: sources.some((entry) => objectsAt(entry, 'knownExploited', at).length > 0) || undefined,
		exploitAvailable: undefined,
		packages: [packageOf(objectAt(item, 'artifact', path), textsAt(fix, 'versions', `${at}.fix`), `${path}.artifact`)],
		fix: fixOf(fix, `${at}.fix`),
		firstSeen: undefined,
		platforms: [platform],
		title: undefined,
		description: sources.map((entry) => textAt(entry, 'description', at)).find((text) => text !== undefined),
		links: [...(source === undefined ? [] : [source]), ...textsAt(vulnerability, 'urls', at)],
		status,
	});
}

function packageOf(artifact: JsonObject, fixedVersions: readonly string[], path: string) {
	const [location] = objectsAt(artifact, 'locations', path);
	const purl = textAt(artifact, 'purl', path);
	const layer = location === undefined ? undefined : textAt(location, 'layerID', path);
	return {
		name: requiredTextAt(artifact, 'name', path),
		...defined('version', textAt(artifact, 'version', path)),
		...defined('type', purl === undefined ? textAt(artifact, 'type', path) : parsePurl(purl)?.type),
		...defined('purl', purl),
		...defined('path', location === undefined ? undefined : textAt(location, 'path', path)),
		layers: layer === undefined ? [] : [layer],
		fixedVersions,
	};
}

function cvssOf(entry: JsonObject, path: string): Cvss[] {
	const namespace = textAt(entry, 'namespace', path) ?? 'unknown';
	return objectsAt(entry, 'cvss', path).map((rating) => ({
		source: textAt(rating, 'source', path) ?? namespace,
		...defined('version', textAt(rating, 'version', path)),
		...defined('vector', textAt(rating, 'vector', path)),
		...defined(
			'score',
			numberAt(objectAt(rating, 'metrics', path), 'baseScore', `${path}.cvss.metrics`, { min: 0, max: 10 }),
		),
	}));
}

function epssOf(sources: readonly JsonObject[], path: string): number | undefined {
	const scores = sources
		.flatMap((entry) => objectsAt(entry, 'epss', path))
		.flatMap((entry) => numberAt(entry, 'epss', `${path}.epss`, { min: 0, max: 1 }) ?? []);
	return scores.length === 0 ? undefined : Math.max(...scores);
}

function fixOf(fix: JsonObject, path: string): Fix {
	const state = textAt(fix, 'state', path) ?? 'unknown';
	if (state === 'fixed') return 'available';
	if (state === 'not-fixed' || state === 'wont-fix') return 'none';
	if (state === 'unknown') return 'unknown';
	throw refuse(`${path}.state`, 'fixed, not-fixed, wont-fix or unknown', state);
}
