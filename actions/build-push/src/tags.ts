import { type Context, isTag, PipelineError } from '@ecr-pipeline/core';
import semver from 'semver';
import type { BuildEvent } from './event.ts';
import { type ExpressionWorld, expand } from './expressions.ts';
import type { TagRule } from './tag-rule.ts';

/**
 * The tags that the rules give for this event, those of the highest priority first, each once. A rule that does not apply
 * gives none; a result that cannot be a tag is an error.
 */
export function resolveTags(rules: readonly TagRule[], event: BuildEvent, now: number, log: Context['log']): string[] {
	const world = { event, now };
	const enabled = [...rules].sort((a, b) => b.priority - a.priority).filter((rule) => isEnabled(rule, world));
	const tags = enabled.flatMap((rule) => {
		const value = tagOf(rule, world, log);
		return value === undefined ? [] : [finished(rule, value, world)];
	});
	return [...new Set(tags)];
}

function isEnabled({ enable, line }: TagRule, world: ExpressionWorld): boolean {
	const value = expand(enable, world).toLowerCase();
	if (value === 'true') return true;
	if (value === 'false') return false;
	throw wrong(line, `enable is "${value}"; allowed: true, false`);
}

function finished({ line, prefix, suffix }: TagRule, value: string, world: ExpressionWorld): string {
	const whole = `${expand(prefix, world)}${value}${expand(suffix, world)}`;
	// A branch may be called feature/x; docker/metadata-action writes feature-x.
	const tag = whole.replace(/[^A-Za-z0-9._-]+/g, '-');
	if (isTag(tag)) return tag;
	throw wrong(line, `it gives "${tag}", and a tag has 1 to 128 characters and starts with a letter, a digit or "_"`);
}

function tagOf(rule: TagRule, world: ExpressionWorld, log: Context['log']): string | undefined {
	const { event } = world;
	switch (rule.type) {
		case 'raw':
			return expand(rule.value, world);
		case 'sha':
			if (event.sha === '') return undefined;
			return rule.format === 'short' ? event.sha.slice(0, 7) : event.sha;
		case 'ref':
			return referenceName(rule.event, event.ref);
		case 'edge':
			return isEdge(rule.branch, world) ? 'edge' : undefined;
		case 'schedule':
			return event.name === 'schedule' ? expand(rule.pattern, world) : undefined;
		case 'semver':
			return versionOf(rule, world, log);
		case 'match':
			return matchOf(rule, world, log);
	}
}

function referenceName(kind: 'branch' | 'tag' | 'pr', ref: string): string | undefined {
	const pattern = { branch: /^refs\/heads\/(.+)$/, tag: /^refs\/tags\/(.+)$/, pr: /^refs\/pull\/(\d+)\// }[kind];
	return pattern.exec(ref)?.[1];
}

function isEdge(branch: string | undefined, world: ExpressionWorld): boolean {
	const wanted = branch === undefined ? world.event.defaultBranch : expand(branch, world);
	const current = referenceName('branch', world.event.ref);
	return current !== undefined && current === wanted;
}

/** A pre-release is tagged with its whole version only: 1.2.0-rc.1 must not become 1.2 or 1 (docker/metadata-action). */
function versionOf(
	rule: TagRule & { type: 'semver' },
	world: ExpressionWorld,
	log: Context['log'],
): string | undefined {
	const given = rule.value === undefined ? referenceName('tag', world.event.ref) : expand(rule.value, world);
	if (given === undefined) return undefined;
	const found = rule.match === undefined ? [given] : rule.match.exec(given);
	const raw = found?.[1] ?? found?.[0];
	const version = raw === undefined ? null : semver.parse(raw);
	if (raw === undefined || version === null) {
		log.warning(`The tag rule ${rule.line} gives no tag: ${raw ?? given} is not a semantic version.`);
		return undefined;
	}
	const prerelease = version.prerelease.length > 0;
	const pattern = prerelease && !/^\{\{\s*raw\s*\}\}$/.test(rule.pattern) ? '{{version}}' : rule.pattern;
	const { major, minor, patch } = version;
	const names = { raw, version: version.version, major: `${major}`, minor: `${minor}`, patch: `${patch}` };
	return expand(pattern, { ...world, names });
}

function matchOf(rule: TagRule & { type: 'match' }, world: ExpressionWorld, log: Context['log']): string | undefined {
	const given = rule.value === undefined ? referenceName('tag', world.event.ref) : expand(rule.value, world);
	if (given === undefined) return undefined;
	const found = rule.pattern.exec(given)?.[rule.group];
	if (found === undefined) log.warning(`The tag rule ${rule.line} gives no tag: it does not match ${given}.`);
	return found;
}

function wrong(line: string, why: string): PipelineError {
	return new PipelineError({
		code: 'invalid-input',
		attempted: `Input "tags" has the rule "${line}": ${why}`,
		fix: 'Nothing has been changed.',
	});
}
