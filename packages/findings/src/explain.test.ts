import { describe, expect, it } from '@jest/globals';
import { explain } from './explain.ts';
import { effectivePolicy, type PolicyRules } from './policy.ts';
import { draft, NOW, openssl, run } from './testing.ts';

const asked = (ids: string[], findings: ReturnType<typeof draft>[], rules: PolicyRules) =>
	explain(ids, run(findings, rules).decisions, {
		policy: effectivePolicy({ rules, repositories: [] }, undefined),
		now: NOW,
	});
const rule = (parts: object) => ({ id: 'CVE-2026-1', reason: 'not reachable', expires: 'never', ...parts });

describe('explain', () => {
	it('names the rule that decided, for every finding of an id or alias', () => {
		const again = draft({ id: 'GHSA-x', aliases: ['CVE-2026-1'], packages: [{ ...openssl, name: 'curl' }] });
		const found = asked(['CVE-2026-1'], [draft({}), again, draft({ id: 'CVE-2026-12' })], {});
		expect(found.map(({ decision }) => decision.finding.id).sort()).toEqual(['CVE-2026-1', 'GHSA-x']);
		expect(found[0]?.because[0]).toBe('block.severity decides: severity high');
	});

	it('says of each ignore rule with the id why it did not help', () => {
		const rules = { ignore: [rule({ package: 'curl' }), rule({ expires: '2026-01-01' })] };
		const because = asked(['CVE-2026-1'], [draft({})], rules)[0]?.because.join('\n');
		expect(because).toContain('ignore[0] names it, but leaves 1 of its 1 place uncovered: openssl on linux/amd64');
		expect(because).toContain('ignore[1] would have ignored it, but has expired');
	});

	it('has nothing to say about an id that no finding has', () => {
		expect(asked(['CVE-2026'], [draft({})], {})).toEqual([]);
	});
});
