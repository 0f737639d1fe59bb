import type { Decision } from './evaluate.ts';

/** The stricter of what two policies say of one finding; of equals, the repository's own. What the other says is kept. */
export function combine(own: Decision, org: Decision | undefined): Decision {
	if (org === undefined) return own;
	const [decisive, other] = weight(org) > weight(own) ? [org, own] : [own, org];
	const { class: end, rule, reason, tolerated } = other;
	const unanswered = [...(own.unanswered ?? []), ...(org.unanswered ?? [])];
	return {
		...decisive,
		expiredRules: [...new Set([...own.expiredRules, ...org.expiredRules])],
		...(unanswered.length === 0 ? {} : { unanswered }),
		otherPolicy: { class: end, rule, reason, tolerated },
	};
}

function weight(decision: Decision): number {
	if (decision.class !== 'blocking') return 0;
	return decision.tolerated ? 1 : 2;
}
