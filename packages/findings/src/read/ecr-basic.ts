import { type Cvss, type Finding, finding } from '../finding.ts';
import { formatPurl } from '../purl.ts';
import { asObject, type JsonObject, objectsAt, refuse, requiredTextAt, textAt } from '../shape.ts';

/**
 * Findings of ECR's basic scanning (API type ImageScanFinding), from the SDK or from JSON. They carry no fixed versions, no
 * EPSS, no exploits and no first sighting.
 */
export function fromBasic(findings: readonly unknown[], platform: string): Finding[] {
	return findings.map((item, index) => {
		const path = `findings[${index}]`;
		return basicFinding(asObject(item, path), platform, path);
	});
}

/** One of them. @param path where it stood */
export function basicFinding(source: JsonObject, platform: string, path: string): Finding {
	const attributes = attributesOf(source, path);
	const name = attributes.get('package_name');
	const uri = textAt(source, 'uri', path);
	return finding({
		id: requiredTextAt(source, 'name', path),
		aliases: [],
		givenSeverity: textAt(source, 'severity', path),
		cvss: [...cvssOf('2', attributes, path), ...cvssOf('3', attributes, path)],
		epss: undefined,
		knownExploited: undefined,
		exploitAvailable: undefined,
		packages: name === undefined ? [] : [packageOf(name, attributes)],
		fix: 'unknown',
		firstSeen: undefined,
		platforms: [platform],
		title: undefined,
		description: textAt(source, 'description', path),
		links: uri === undefined ? [] : [uri],
		status: 'active',
	});
}

function packageOf(name: string, attributes: ReadonlyMap<string, string>) {
	const version = attributes.get('package_version');
	const type = attributes.get('package_manager')?.toLowerCase();
	const isRegistered = type !== undefined && ['npm', 'gem', 'pypi', 'cargo'].includes(type);
	return {
		name,
		...(version === undefined ? {} : { version }),
		...(isRegistered ? { type, purl: formatPurl(type, name, version) } : {}),
		layers: [],
		fixedVersions: [],
	};
}

function attributesOf(source: JsonObject, path: string): ReadonlyMap<string, string> {
	const entries = objectsAt(source, 'attributes', path).map((attribute, index): [string, string] => {
		const at = `${path}.attributes[${index}]`;
		return [requiredTextAt(attribute, 'key', at), textAt(attribute, 'value', at) ?? ''];
	});
	return new Map(entries.filter(([, value]) => value !== ''));
}

function cvssOf(major: '2' | '3', attributes: ReadonlyMap<string, string>, path: string): Cvss[] {
	const score = attributes.get(`CVSS${major}_SCORE`);
	const vector = attributes.get(`CVSS${major}_VECTOR`);
	if (score === undefined && vector === undefined) return [];
	const value = Number(score);
	if (score !== undefined && !(value >= 0 && value <= 10))
		throw refuse(`${path}.attributes CVSS${major}_SCORE`, 'a number from 0 to 10', score);
	const version = /^CVSS:(\d\.\d)\//.exec(vector ?? '')?.[1] ?? `${major}.0`;
	return [
		{
			source: 'ECR',
			version,
			...(vector === undefined ? {} : { vector }),
			...(score === undefined ? {} : { score: value }),
		},
	];
}
