import { type Digest, isDigest } from './digest.ts';

/** A parsed image reference. `registry` keeps its port and is absent where the text named none. */
export interface ImageReference {
	readonly registry?: string;
	readonly repository: string;
	readonly tag?: string;
	readonly digest?: Digest;
}

// The grammar of github.com/distribution/reference: path components, tag of at most 128 characters.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const REGISTRY =
	/^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;

/** Tells whether the text can be the name of a repository (without a registry). */
export function isRepositoryName(text: string): boolean {
	return text.length <= 256 && REPOSITORY.test(text);
}

/** Tells whether the text can be a tag. */
export function isTag(text: string): boolean {
	return TAG.test(text);
}

/**
 * Reads `[registry/]repository[:tag][@digest]`. As Docker does, the first component is a registry when it holds a dot or
 * a colon or is `localhost`. Returns a sentence that says what is wrong instead of throwing, for messages about inputs.
 */
export function parseImageReference(text: string): ImageReference | { readonly problem: string } {
	const [named = '', digestText, ...rest] = text.split('@');
	if (rest.length > 0) return { problem: 'has more than one "@"' };
	if (digestText !== undefined && !isDigest(digestText)) {
		return { problem: 'has a digest that is not "sha256:" and 64 lower-case hexadecimal digits' };
	}
	const slash = named.indexOf('/');
	const first = slash === -1 ? '' : named.slice(0, slash);
	const hasRegistry = /[.:]/.test(first) || first === 'localhost';
	if (hasRegistry && !REGISTRY.test(first)) return { problem: `names "${first}", which is not a registry host` };
	const remainder = hasRegistry ? named.slice(slash + 1) : named;
	const colon = remainder.lastIndexOf(':');
	const repository = colon === -1 ? remainder : remainder.slice(0, colon);
	const tag = colon === -1 ? undefined : remainder.slice(colon + 1);
	if (!isRepositoryName(repository)) return { problem: `names "${repository}", which is not a repository name` };
	if (tag !== undefined && !isTag(tag)) return { problem: `has "${tag}", which is not a tag` };
	return {
		...(hasRegistry ? { registry: first } : {}),
		repository,
		...(tag === undefined ? {} : { tag }),
		...(digestText === undefined ? {} : { digest: digestText as Digest }),
	};
}

/** Writes a reference back as text. */
export function formatImageReference(reference: ImageReference): string {
	const registry = reference.registry === undefined ? '' : `${reference.registry}/`;
	const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
	const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
	return `${registry}${reference.repository}${tag}${digest}`;
}

/** Tells whether a registry host is this machine; only then is plain HTTP accepted. */
export function isLoopback(host: string): boolean {
	const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
	return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
