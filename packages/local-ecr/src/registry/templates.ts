import type { Registry } from './registry.ts';
import { createRepository, type Repository, type RepositorySettings } from './repository.ts';

export const TEMPLATE_USES = ['REPLICATION', 'PULL_THROUGH_CACHE', 'CREATE_ON_PUSH'] as const;
export type TemplateUse = (typeof TEMPLATE_USES)[number];

/** How a repository comes to be that nobody created: by replication, by a pull-through cache, by a push. */
export interface CreationTemplate {
	/** Of the names that it is for; `ROOT` for all that no other template is for. */
	readonly prefix: string;
	readonly description?: string;
	readonly appliedFor: readonly TemplateUse[];
	readonly settings: RepositorySettings;
	readonly resourceTags: Readonly<Record<string, string>>;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
	readonly updatedAt: number;
}

/** The template with the longest prefix for a name and a use. */
export function templateFor(registry: Registry, name: string, use: TemplateUse): CreationTemplate | undefined {
	const [template] = [...registry.templates.values()]
		.filter(({ prefix, appliedFor }) => appliedFor.includes(use) && (prefix === 'ROOT' || isBelow(name, prefix)))
		.sort((a, b) => lengthOf(b) - lengthOf(a));
	return template;
}

/** Creates a repository by the template with the longest prefix; undefined where there is none for this use. */
export function createByTemplate(
	registry: Registry,
	name: string,
	use: TemplateUse,
	now: number,
): Repository | undefined {
	const template = templateFor(registry, name, use);
	if (template === undefined) return undefined;
	const repository = createRepository(registry, name, now, template.settings);
	for (const [key, value] of Object.entries(template.resourceTags)) repository.resourceTags.set(key, value);
	return repository;
}

const isBelow = (name: string, prefix: string): boolean => name.startsWith(`${prefix.replace(/\/$/, '')}/`);

const lengthOf = ({ prefix }: CreationTemplate): number => (prefix === 'ROOT' ? 0 : prefix.length);
