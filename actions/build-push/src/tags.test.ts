import { describe, expect, it } from '@jest/globals';
import type { BuildEvent } from './event.ts';
import { parseTagRules } from './tag-rules.ts';
import { resolveTags } from './tags.ts';

const SHA = '860c1904a1ce19322e91ac35af1ab07466440c37';
const NOW = Date.parse('2026-03-04T23:30:00Z');
const PUSH: BuildEvent = { name: 'push', ref: 'refs/heads/feature/x', sha: SHA, defaultBranch: 'main' };

const warnings: string[] = [];
const log = {
	info: () => undefined,
	debug: () => undefined,
	notice: () => undefined,
	warning: (message: string) => void warnings.push(message),
	group: <T>(_title: string, work: () => Promise<T>) => work(),
};

function tags(lines: readonly string[], event: Partial<BuildEvent> = {}): string[] {
	const problems: string[] = [];
	const rules = parseTagRules(lines, (line, allowed) => problems.push(`${line}: ${allowed}`));
	expect(problems).toEqual([]);
	return resolveTags(rules, { ...PUSH, ...event }, NOW, log);
}

function problems(...lines: readonly string[]): string[] {
	const found: string[] = [];
	parseTagRules(lines, (line, allowed) => found.push(`${line}: ${allowed}`));
	return found;
}

describe('literal tags', () => {
	it('come in the order given, each once, and comments do not count', () => {
		expect(tags(['v1, latest', '# not this', 'v1'])).toEqual(['v1', 'latest']);
	});

	it('may hold expressions', () => {
		expect(tags(["{{branch}}-{{date 'YYYY-MM-DD'}}"])).toEqual(['feature-x-2026-03-04']);
	});

	it('that cannot be tags are a problem, not something else', () => {
		expect(problems('feature/x', '-a', `${'a'.repeat(129)}`)).toHaveLength(3);
	});
});

describe('type=sha', () => {
	it('is short by default, with its prefix', () => {
		expect(tags(['type=sha', 'type=sha,format=long,prefix='])).toEqual([`sha-${SHA.slice(0, 7)}`, SHA]);
	});

	it('gives nothing outside GitHub', () => {
		expect(tags(['type=sha'], { sha: '' })).toEqual([]);
	});
});

describe('type=ref', () => {
	const all = ['type=ref,event=branch', 'type=ref,event=tag', 'type=ref,event=pr'];

	it('follows the event', () => {
		expect(tags(all)).toEqual(['feature-x']);
		expect(tags(all, { ref: 'refs/tags/release/1' })).toEqual(['release-1']);
		expect(tags(all, { ref: 'refs/pull/42/merge' })).toEqual(['pr-42']);
	});

	it('needs an event that is known', () => {
		expect(problems('type=ref', 'type=ref,event=push')).toHaveLength(2);
	});
});

describe('type=semver', () => {
	const rules = [
		'type=semver,pattern={{version}}',
		'type=semver,pattern={{major}}.{{minor}}',
		'type=semver,pattern=v{{major}}',
	];

	it('gives the parts of a release, and no latest', () => {
		expect(tags(rules, { ref: 'refs/tags/v1.2.3' })).toEqual(['1.2.3', '1.2', 'v1']);
	});

	it('gives a pre-release its whole version only', () => {
		expect(tags(rules, { ref: 'refs/tags/v2.0.8-beta.67' })).toEqual(['2.0.8-beta.67']);
		expect(tags(['type=semver,pattern={{raw}}'], { ref: 'refs/tags/v2.0.8-rc1' })).toEqual(['v2.0.8-rc1']);
	});

	it('takes a value, and what matches in it', () => {
		expect(tags(['type=semver,pattern={{version}},value=app/v3.1.0,match=app/v(.*)'])).toEqual(['3.1.0']);
	});

	it('warns about a tag that is no version, and gives nothing on a branch', () => {
		warnings.length = 0;
		expect(tags(rules, { ref: 'refs/tags/nightly' })).toEqual([]);
		expect(warnings[0]).toContain('nightly is not a semantic version');
		expect(tags(rules)).toEqual([]);
	});
});

describe('type=match', () => {
	it('takes a group of the pattern, with or without slashes', () => {
		const ref = 'refs/tags/p1-v1.2.3';
		expect(tags(['type=match,pattern=v(\\d+\\.\\d+),group=1'], { ref })).toEqual(['1.2']);
		expect(tags(['type=match,pattern=/P(\\d)/i'], { ref })).toEqual(['p1']);
	});

	it('knows a bad expression before anything happens', () => {
		expect(problems('type=match,pattern=(')).toEqual(['type=match,pattern=(: pattern is a regular expression']);
	});
});

describe('type=edge, type=schedule, type=raw', () => {
	it('edge is the default branch, or the one named', () => {
		expect(tags(['type=edge'])).toEqual([]);
		expect(tags(['type=edge'], { ref: 'refs/heads/main' })).toEqual(['edge']);
		expect(tags(['type=edge,branch=feature/x'])).toEqual(['edge']);
	});

	it('schedule is for that event, in the time zone asked for', () => {
		const rule = "type=schedule,pattern=nightly-{{date 'YYYYMMDD' tz='Asia/Tokyo'}}";
		expect(tags([rule])).toEqual([]);
		expect(tags([rule], { name: 'schedule' })).toEqual(['nightly-20260305']);
	});

	it('raw can depend on the branch', () => {
		const rule = 'type=raw,value=latest,enable={{is_default_branch}}';
		expect(tags([rule])).toEqual([]);
		expect(tags([rule], { ref: 'refs/heads/main' })).toEqual(['latest']);
	});
});

describe('all rules', () => {
	it('are ordered by priority', () => {
		expect(tags(['type=sha', 'type=ref,event=branch', 'type=raw,value=first,priority=2000'])).toEqual([
			'first',
			'feature-x',
			'sha-860c190',
		]);
	});

	it('take prefix and suffix with expressions', () => {
		expect(tags(['type=sha,prefix={{branch}}-,suffix=-dev'])).toEqual(['feature-x-860c190-dev']);
	});

	it('name a type, an attribute or an expression that is not known', () => {
		expect(
			problems('type=pep440,pattern={{version}}', 'type=sha,from=x', 'type=raw,value={{brunch}}', 'type=toString'),
		).toEqual([
			expect.stringContaining('its type is one of'),
			expect.stringContaining('not from'),
			expect.stringContaining('{{brunch}} is not an expression that is known'),
			expect.stringContaining('its type is one of'),
		]);
	});

	it('end the run when one gives what cannot be a tag', () => {
		expect(() => tags([`type=raw,value={{branch}},suffix=${'x'.repeat(128)}`])).toThrow(/1 to 128 characters/);
		expect(() => tags(['type=raw,value=a,enable=maybe'])).toThrow(/enable is "maybe"/);
	});
});
