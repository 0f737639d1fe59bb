import type { VulnerablePackage } from '../finding.ts';
import { defined } from '../finding.ts';
import { formatPurl } from '../purl.ts';
import { type JsonObject, objectAt, textAt } from '../shape.ts';

// Inspector's package managers (API type PackageManager) and the package URL types that they stand for.
const TYPES = new Map(
	Object.entries({
		BUNDLER: 'gem',
		GEMSPEC: 'gem',
		CARGO: 'cargo',
		COMPOSER: 'composer',
		NPM: 'npm',
		NODEPKG: 'npm',
		YARN: 'npm',
		NUGET: 'nuget',
		DOTNET_CORE: 'nuget',
		PIPENV: 'pypi',
		POETRY: 'pypi',
		PIP: 'pypi',
		PYTHONPKG: 'pypi',
		GOBINARY: 'golang',
		GOMOD: 'golang',
		JAR: 'maven',
		POM: 'maven',
	}),
);

// The platform of the image as Inspector names it (DEBIAN_12, AMAZON_LINUX_2) leads to type and namespace of OS packages.
const DISTRIBUTIONS: readonly (readonly [prefix: string, type: string, namespace: string])[] = [
	['DEBIAN', 'deb', 'debian'],
	['UBUNTU', 'deb', 'ubuntu'],
	['ALPINE', 'apk', 'alpine'],
	['AMAZON', 'rpm', 'amzn'],
	['AMZN', 'rpm', 'amzn'],
	['REDHAT', 'rpm', 'redhat'],
	['RHEL', 'rpm', 'redhat'],
	['CENTOS', 'rpm', 'centos'],
	['ORACLE', 'rpm', 'oracle'],
	['FEDORA', 'rpm', 'fedora'],
	['ROCKY', 'rpm', 'rocky'],
	['ALMA', 'rpm', 'alma'],
	['SUSE', 'rpm', 'suse'],
	['WOLFI', 'apk', 'wolfi'],
	['CHAINGUARD', 'apk', 'chainguard'],
];

/** One entry of packageVulnerabilityDetails.vulnerablePackages (API type VulnerablePackage). */
export function inspectorPackage(
	source: JsonObject,
	distribution: string | undefined,
	path: string,
): VulnerablePackage {
	const name = textAt(source, 'name', path) ?? '(unnamed)';
	const version = versionOf(source, path);
	const kind = kindOf(textAt(source, 'packageManager', path), distribution);
	const layer = textAt(source, 'sourceLayerHash', path);
	const fixed = textAt(source, 'fixedInVersion', path);
	const qualified = kind?.type === 'maven' ? name.replace(':', '/') : name;
	return {
		name,
		...defined('version', version),
		...defined('type', kind?.type),
		...(kind === undefined ? {} : { purl: formatPurl(kind.type, `${kind.namespace}${qualified}`, version) }),
		...defined('path', textAt(source, 'filePath', path)),
		layers: layer === undefined ? [] : [layer],
		// "NotAvailable" is Inspector's word for no fix.
		fixedVersions: fixed === undefined || fixed === 'NotAvailable' ? [] : fixed.split(/\s*,\s*/),
	};
}

/** The image's distribution, from resources[].details.awsEcrContainerImage.platform. */
export function distributionOf(resource: JsonObject, path: string): string | undefined {
	const details = objectAt(resource, 'details', path);
	return textAt(objectAt(details, 'awsEcrContainerImage', `${path}.details`), 'platform', path);
}

function kindOf(manager: string | undefined, distribution: string | undefined) {
	if (manager === undefined) return undefined;
	const type = TYPES.get(manager);
	if (type !== undefined) return { type, namespace: '' };
	const known = DISTRIBUTIONS.find(([prefix]) => distribution?.toUpperCase().startsWith(prefix));
	return manager === 'OS' && known !== undefined ? { type: known[1], namespace: `${known[2]}/` } : undefined;
}

/** `[epoch:]version[-release]`, as the distribution's own tools write it. */
function versionOf(source: JsonObject, path: string): string | undefined {
	const version = textAt(source, 'version', path);
	if (version === undefined) return undefined;
	const epoch = Number(source.epoch ?? 0);
	const release = textAt(source, 'release', path);
	return `${epoch > 0 ? `${epoch}:` : ''}${version}${release === undefined ? '' : `-${release}`}`;
}
