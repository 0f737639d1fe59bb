import { aliasesAmong, type Cvss, defined, type Finding, finding } from '../finding.ts';
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

const LISTS = ['Vulnerabilities', 'Secrets', 'Misconfigurations', 'ExperimentalModifiedFindings'];

/** Trivy's JSON report, schema 2 (aquasecurity/trivy, pkg/types/report.go): vulnerabilities, secrets, misconfigurations. */
export function openTrivy(report: JsonObject): FormatReader {
	if (report.SchemaVersion !== 2) throw refuse('SchemaVersion', '2', report.SchemaVersion);
	if (report.ArtifactType !== 'container_image') throw refuse('ArtifactType', 'container_image', report.ArtifactType);
	const metadata = objectAt(report, 'Metadata', 'report');
	const config = objectAt(metadata, 'ImageConfig', 'Metadata');
	const parts = [textAt(config, 'os', 'ImageConfig'), textAt(config, 'architecture', 'ImageConfig')];
	const platform = parts.includes(undefined) ? 'unknown' : parts.join('/');
	const references = textsAt(metadata, 'RepoDigests', 'Metadata');
	const digests = digestsOf(references);
	const results = objectsAt(report, 'Results', 'report');
	for (const [index, result] of results.entries()) for (const key of LISTS) listAt(result, key, `Results[${index}]`);
	return {
		read(item, list, index) {
			const [top, position, key] = list;
			const result = typeof position === 'number' ? results[position] : undefined;
			if (list.length !== 3 || top !== 'Results' || result === undefined) throw unknownList(list);
			const path = `${formatPath(list)}[${index}]`;
			return readItem(String(key), asObject(item, path), result, platform, path);
		},
		finish: (_, findings) => ({
			format: 'trivy',
			scanType: 'trivy',
			digests,
			...imageAmong(references),
			...defined('scanCompletedAt', timeAt(report, 'CreatedAt', 'report')),
			platforms: [{ platform, ...defined('digest', digests[0]), status: 'complete' }],
			findings,
			notes: [...licenceNotes(results), ...blindNotes(metadata, results)],
		}),
	};
}

function licenceNotes(results: readonly JsonObject[]): string[] {
	const licences = results.reduce((sum, { Licenses: list }) => sum + (Array.isArray(list) ? list.length : 0), 0);
	return licences === 0
		? []
		: [`${licences} licences in Trivy's report are not judged: this gate knows vulnerabilities.`];
}

// Trivy answers the same for an image without packages and for one that it does not know how to read.
function blindNotes(metadata: JsonObject, results: readonly JsonObject[]): string[] {
	const system = objectAt(metadata, 'OS', 'Metadata');
	return [
		...(results.length > 0
			? []
			: ['Trivy recognised nothing to scan in this image: that it found nothing says nothing.']),
		...(system.EOSL === true
			? ['The operating system is out of support: Trivy learns of no new vulnerabilities in its packages.']
			: []),
	];
}

function readItem(
	list: string,
	item: JsonObject,
	result: JsonObject,
	platform: string,
	path: string,
): Finding | undefined {
	const target = textAt(result, 'Target', path);
	if (list === 'Vulnerabilities') return vulnerability(item, result, platform, 'active', path);
	if (list === 'Secrets') return other(requiredTextAt(item, 'RuleID', path), item, target, platform, path);
	if (list === 'Misconfigurations') return misconfiguration(item, target, platform, path);
	if (list === 'ExperimentalModifiedFindings') return suppressed(item, result, platform, path);
	throw refuse(path, `in one of the lists ${LISTS.join(', ')}`, list);
}

// PASS and EXCEPTION are no findings; only those two are left out, so that no word of a later version hides a failure.
function misconfiguration(
	item: JsonObject,
	target: string | undefined,
	platform: string,
	path: string,
): Finding | undefined {
	const status = textAt(item, 'Status', path);
	if (status === 'PASS' || status === 'EXCEPTION') return undefined;
	if (status !== 'FAIL') throw refuse(`${path}.Status`, 'PASS, EXCEPTION or FAIL', status);
	return other(requiredTextAt(item, 'ID', path), item, target, platform, path);
}

// What .trivyignore or VEX removed, when the report was written with --show-suppressed.
function suppressed(item: JsonObject, result: JsonObject, platform: string, path: string): Finding | undefined {
	if (item.Type !== 'vulnerability') return undefined;
	return vulnerability(objectAt(item, 'Finding', path), result, platform, 'suppressed', `${path}.Finding`);
}

function vulnerability(
	item: JsonObject,
	result: JsonObject,
	platform: string,
	status: Finding['status'],
	path: string,
): Finding {
	const id = requiredTextAt(item, 'VulnerabilityID', path);
	const fixed = textAt(item, 'FixedVersion', path);
	const url = textAt(item, 'PrimaryURL', path);
	return finding({
		id,
		aliases: aliasesAmong(id, textsAt(item, 'VendorIDs', path)),
		givenSeverity: textAt(item, 'Severity', path),
		cvss: cvssOf(objectAt(item, 'CVSS', path), `${path}.CVSS`),
		epss: undefined,
		knownExploited: undefined,
		exploitAvailable: undefined,
		packages: [packageOf(item, result, path)],
		fix: fixed === undefined ? 'none' : 'available',
		firstSeen: undefined,
		platforms: [platform],
		title: textAt(item, 'Title', path),
		description: textAt(item, 'Description', path),
		links: [...(url === undefined ? [] : [url]), ...textsAt(item, 'References', path)],
		status,
	});
}

function packageOf(item: JsonObject, result: JsonObject, path: string) {
	const purl = textAt(objectAt(item, 'PkgIdentifier', path), 'PURL', `${path}.PkgIdentifier`);
	const layer = objectAt(item, 'Layer', path);
	const isLanguage = result.Class === 'lang-pkgs';
	return {
		name: requiredTextAt(item, 'PkgName', path),
		...defined('version', textAt(item, 'InstalledVersion', path)),
		...defined('type', purl === undefined ? textAt(result, 'Type', path) : parsePurl(purl)?.type),
		...defined('purl', purl),
		...defined('path', textAt(item, 'PkgPath', path) ?? (isLanguage ? textAt(result, 'Target', path) : undefined)),
		layers: ['Digest', 'DiffID'].flatMap((key) => textAt(layer, key, `${path}.Layer`) ?? []),
		fixedVersions: textAt(item, 'FixedVersion', path)?.split(/\s*,\s*/) ?? [],
	};
}

function cvssOf(bySource: JsonObject, path: string): Cvss[] {
	return Object.keys(bySource).flatMap((source) => {
		const rating = objectAt(bySource, source, path);
		return (['2', '3', '40'] as const).flatMap((major): Cvss[] => {
			const at = `${path}.${source}`;
			const vector = textAt(rating, `V${major}Vector`, at);
			const score = numberAt(rating, `V${major}Score`, at, { min: 0, max: 10 });
			if (vector === undefined && score === undefined) return [];
			const version = /^CVSS:(\d\.\d)\//.exec(vector ?? '')?.[1] ?? { '2': '2.0', '3': '3.0', '40': '4.0' }[major];
			return [{ source, version, ...defined('vector', vector), ...defined('score', score) }];
		});
	});
}

// A secret or a misconfiguration has a place instead of a package.
function other(id: string, item: JsonObject, target: string | undefined, platform: string, path: string): Finding {
	const url = textAt(item, 'PrimaryURL', path);
	const layer = objectAt(item, 'Layer', path);
	return finding({
		id,
		aliases: [],
		givenSeverity: textAt(item, 'Severity', path),
		cvss: [],
		epss: undefined,
		knownExploited: undefined,
		exploitAvailable: undefined,
		packages: [
			{
				name: target ?? '(unnamed)',
				...defined('path', target),
				layers: ['Digest', 'DiffID'].flatMap((key) => textAt(layer, key, `${path}.Layer`) ?? []),
				fixedVersions: [],
			},
		],
		fix: 'unknown',
		firstSeen: undefined,
		platforms: [platform],
		title: textAt(item, 'Title', path),
		description: textAt(item, 'Description', path) ?? textAt(item, 'Message', path),
		links: url === undefined ? [] : [url],
		status: 'active',
	});
}
