import { BlockList, isIP } from 'node:net';
import { isLoopback, PipelineError } from '@ecr-pipeline/core';

// RFC 1918, RFC 3927, RFC 4193, RFC 4291, loopback, and "this network": where cloud metadata and intranets live.
const INTERNAL = new BlockList();
for (const [network, prefix] of [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
] as const) {
	INTERNAL.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
	['::', 128],
	['::1', 128],
	['fc00::', 7],
	['fe80::', 10],
] as const)
	INTERNAL.addSubnet(network, prefix, 'ipv6');

/** Refuses a redirect that leads from a registry to an address inside, unless the registry itself is on loopback. */
export function assertRedirectAllowed(from: URL, to: URL): void {
	if (isLoopback(from.host)) return;
	const host = to.hostname.replace(/^\[(.*)\]$/, '$1');
	const family = isIP(host);
	const inside = family !== 0 ? INTERNAL.check(host, family === 4 ? 'ipv4' : 'ipv6') : isLoopback(host);
	if (to.protocol === 'https:' && !inside) return;
	throw new PipelineError({
		code: 'refused',
		attempted: `${from.host} redirects to ${to.protocol}//${to.host}`,
		answer: inside
			? 'a registry may not lead to a private or link-local address'
			: 'a registry may not lead to plain HTTP',
	});
}
