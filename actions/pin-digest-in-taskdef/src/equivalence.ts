import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, itemsOf, registrable } from './definition.ts';
import type { JsonObject, JsonValue } from './json-style.ts';

/**
 * Tells whether two task definitions run the same: read-only fields, ECS's own defaults, empty lists, and the order of
 * containers, environment, secrets and tags do not count.
 */
export function isSameDefinition(a: JsonObject, b: JsonObject): boolean {
	return isDeepStrictEqual(canonical(a), canonical(b));
}

function canonical(definition: JsonObject): JsonValue | undefined {
	const { cpu, memory, containerDefinitions, ...others } = registrable(definition);
	const ownPorts = definition.networkMode === 'awsvpc' || definition.networkMode === 'host';
	return compact({
		...others,
		tags: sorted(others.tags, 'key'),
		requiresCompatibilities: itemsOf(others.requiresCompatibilities).map(String).sort(),
		cpu: units(cpu, /^([\d.]+)\s*vcpus?$/i),
		memory: units(memory, /^([\d.]+)\s*gb$/i),
		containerDefinitions: sorted(
			itemsOf(containerDefinitions).map((item) => (isJsonObject(item) ? canonicalContainer(item, ownPorts) : item)),
			'name',
		),
	});
}

function canonicalContainer(container: JsonObject, ownPorts: boolean): JsonObject {
	const { essential = true, cpu = 0, healthCheck, versionConsistency = 'enabled', ...others } = container;
	return {
		...others,
		essential: essential === true ? 'yes' : 'no',
		versionConsistency,
		cpu,
		environment: sorted(others.environment, 'name'),
		secrets: sorted(others.secrets, 'name'),
		portMappings: itemsOf(others.portMappings).map((port) =>
			isJsonObject(port) ? canonicalPort(port, ownPorts) : port,
		),
		// Amazon ECS API reference, HealthCheck: seconds, seconds, times.
		...(isJsonObject(healthCheck) ? { healthCheck: { interval: 30, timeout: 5, retries: 3, ...healthCheck } } : {}),
	};
}

/** In awsvpc and host mode both ports are one; in bridge mode 0 asks for any (Amazon ECS API reference, PortMapping). */
function canonicalPort(port: JsonObject, ownPorts: boolean): JsonObject {
	const { hostPort = 0, protocol = 'tcp', ...others } = port;
	return { ...others, protocol, hostPort: ownPorts && hostPort === 0 ? (port.containerPort ?? 0) : hostPort };
}

/** ECS stores `.5 vCPU` as `512` and `1 GB` as `1024`. */
function units(value: JsonValue | undefined, large: RegExp): string {
	const text = value === undefined ? '' : String(value).trim();
	const amount = large.exec(text)?.[1];
	return amount === undefined ? text : String(Math.round(Number(amount) * 1024));
}

function sorted(list: JsonValue | undefined, key: string): JsonValue[] {
	const rank = (item: JsonValue): string => (isJsonObject(item) ? String(item[key]) : '');
	return [...itemsOf(list)].sort((a, b) => (rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b))));
}

/** Without what says nothing: empty lists, empty objects, and `false`, which is the default of every switch but `essential`. */
function compact(value: JsonValue): JsonValue | undefined {
	if (value === false) return undefined;
	if (Array.isArray(value)) {
		const items = value.map((item) => compact(item) ?? {});
		return items.length === 0 ? undefined : items;
	}
	if (!isJsonObject(value)) return value;
	const entries = Object.entries(value).flatMap(([key, item]) => {
		const kept = compact(item);
		return kept === undefined ? [] : [[key, kept] as const];
	});
	return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
