/** What Docker's configuration says about one host. */
export interface HostEntry {
	/** Its entry of `auths`. */
	readonly auth?: AuthEntry;
	/** Its entry of `credHelpers`. */
	readonly helper?: string;
	/** The user's own store or helper that has been given the password; the configuration says nothing of it. */
	readonly store?: string;
}

export interface AuthEntry {
	readonly auth?: string;
}

export interface DockerConfig {
	readonly auths?: Readonly<Record<string, AuthEntry>>;
	readonly credHelpers?: Readonly<Record<string, string>>;
	readonly credsStore?: string;
}

/** One step that has logged a host in and not out yet. */
interface Claim {
	readonly step: string;
	readonly entry: HostEntry;
	/** Milliseconds since 1970: a step that never logged out counts no longer then. */
	readonly until: number;
}

interface HostClaims {
	/** What was there before anyone of us came. */
	readonly original: HostEntry;
	readonly claims: readonly Claim[];
}

/**
 * Who has logged in to what, in a file beside the configuration that several jobs share: the one that leaves first must
 * not take away what another still uses, and the one that leaves last puts back what was there before the first.
 */
export interface Ledger {
	/** The configuration file was not there before the first of us. */
	readonly created: boolean;
	readonly hosts: Readonly<Record<string, HostClaims>>;
}

interface Books {
	readonly config: DockerConfig;
	readonly ledger: Ledger;
}

/** Logs a host in for a step; the newest login counts. */
export function claim({ config, ledger }: Books, host: string, own: Claim, now: number): Books {
	const known = ledger.hosts[host];
	const claims = (known?.claims ?? []).filter(({ until }) => until > now);
	const original = known?.original ?? entryOf(config, host);
	return {
		config: own.entry.store === undefined ? withEntry(config, host, own.entry) : config,
		ledger: { ...ledger, hosts: { ...ledger.hosts, [host]: { original, claims: [...claims, own] } } },
	};
}

/** The stores that hold a password for a step, and for no other step any more. */
export function storedFor(
	ledger: Ledger,
	step: string,
	now: number,
): { readonly host: string; readonly store: string }[] {
	return Object.entries(ledger.hosts).flatMap(([host, { claims }]) => {
		const others = claims.filter((item) => item.step !== step && item.until > now).map(({ entry }) => entry.store);
		const own = new Set(claims.filter((item) => item.step === step).map(({ entry }) => entry.store));
		return [...own].flatMap((store) => (store === undefined || others.includes(store) ? [] : [{ host, store }]));
	});
}

/** Logs out everything a step logged in. What somebody else has written since is left alone. */
export function release(books: Books, step: string, now: number): Books {
	let { config } = books;
	const hosts: Record<string, HostClaims> = {};
	for (const [host, { original, claims }] of Object.entries(books.ledger.hosts)) {
		const kept = claims.filter((item) => item.step !== step && item.until > now);
		if (kept.length > 0) hosts[host] = { original, claims: kept };
		const shown = entryOf(config, host);
		const ours =
			claims.some(({ entry }) => entry.store === undefined && same(entry, shown)) &&
			!kept.some(({ entry }) => same(entry, shown));
		if (ours)
			config = withEntry(config, host, kept.findLast(({ entry }) => entry.store === undefined)?.entry ?? original);
	}
	return { config, ledger: { ...books.ledger, hosts } };
}

function same(one: HostEntry, other: HostEntry): boolean {
	return one.helper === other.helper && one.auth?.auth === other.auth?.auth;
}

function entryOf({ auths, credHelpers }: DockerConfig, host: string): HostEntry {
	const auth = auths?.[host];
	const helper = credHelpers?.[host];
	return { ...(auth === undefined ? {} : { auth }), ...(helper === undefined ? {} : { helper }) };
}

function withEntry(config: DockerConfig, host: string, { auth, helper }: HostEntry): DockerConfig {
	const { auths, credHelpers, ...others } = config;
	const logins = withKey(auths, host, auth);
	const helpers = withKey(credHelpers, host, helper);
	return {
		...others,
		...(logins === undefined ? {} : { auths: logins }),
		...(helpers === undefined ? {} : { credHelpers: helpers }),
	};
}

/** A map that would be empty, and was not there, does not come into being. */
function withKey<T>(
	map: Readonly<Record<string, T>> | undefined,
	key: string,
	value: T | undefined,
): Readonly<Record<string, T>> | undefined {
	const { [key]: _replaced, ...others } = map ?? {};
	const next = value === undefined ? others : { ...others, [key]: value };
	return Object.keys(next).length === 0 ? undefined : (next as Readonly<Record<string, T>>);
}
