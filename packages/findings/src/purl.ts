/** The parts of a package URL that tell packages apart (package-url/purl-spec). Qualifiers are kept as they are. */
export interface PackageUrl {
	readonly type: string;
	/** Namespace and name, decoded: `debian/openssl`, `org.apache.logging.log4j/log4j-core`. */
	readonly name: string;
	readonly version?: string;
	readonly qualifiers: ReadonlyMap<string, string>;
	/** A part of the package: `ssh` of golang.org/x/crypto. */
	readonly subpath?: string;
}

/** Reads a package URL; undefined for anything else. */
export function parsePurl(text: string): PackageUrl | undefined {
	const match = /^pkg:\/*([a-z][a-z0-9.+-]*)\/([^?#]+)(?:\?([^#]*))?(?:#(.*))?$/i.exec(text.trim());
	const [, type, rest, query = '', subpath = ''] = match ?? [];
	if (type === undefined || rest === undefined) return undefined;
	// The version follows the last "@"; one at the start belongs to an npm scope.
	const at = rest.lastIndexOf('@');
	const version = at > rest.lastIndexOf('/') + 1 ? decode(rest.slice(at + 1)) : undefined;
	const name = decode(version === undefined ? rest : rest.slice(0, at)).replace(/\/+$/, '');
	return {
		type: type.toLowerCase(),
		name,
		...(version === undefined ? {} : { version }),
		qualifiers: new Map(new URLSearchParams(query)),
		...(subpath === '' ? {} : { subpath: decode(subpath) }),
	};
}

/** Writes a package URL from its parts. `name` holds its namespace. */
export function formatPurl(type: string, name: string, version: string | undefined): string {
	const path = name.split('/').map(encodeURIComponent).join('/');
	return `pkg:${type}/${path}${version === undefined ? '' : `@${encodeURIComponent(version)}`}`;
}

/**
 * The package URL of an image (purl-spec, types/oci): named by the last part of the repository, with all of it as qualifier.
 * @param repository `[registry/]repository`
 */
export function imagePurl(repository: string, digest: string, architecture?: string): string {
	const name = repository.split('/').at(-1) ?? repository;
	const arch = architecture === undefined ? '' : `arch=${encodeURIComponent(architecture)}&`;
	return `pkg:oci/${name}@${encodeURIComponent(digest)}?${arch}repository_url=${encodeURIComponent(repository)}`;
}

/**
 * Tells whether a package is what a pattern means: everything that the pattern states must be so; what it leaves out
 * (version, qualifiers, subpath) may be anything.
 */
export function purlMatches(pattern: string, purl: string | undefined): boolean {
	if (purl === undefined) return false;
	const [wanted, actual] = [parsePurl(pattern), parsePurl(purl)];
	if (wanted === undefined || actual === undefined) return false;
	return (
		wanted.type === actual.type &&
		wanted.name === actual.name &&
		(wanted.version === undefined || wanted.version === actual.version) &&
		(wanted.subpath === undefined || wanted.subpath === actual.subpath) &&
		[...wanted.qualifiers].every(([key, value]) => actual.qualifiers.get(key) === value)
	);
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
