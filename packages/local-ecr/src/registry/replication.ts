import { registryAllows } from './access.ts';
import { copyImage } from './copy-image.ts';
import type { Image, ImageReplication } from './image.ts';
import type { Registries } from './registries.ts';
import type { Registry } from './registry.ts';
import { createRepository, type Repository } from './repository.ts';
import { createByTemplate } from './templates.ts';

/** What a registry copies where: each push of a repository whose name begins with one of the prefixes. */
export interface ReplicationRule {
	readonly destinations: readonly { readonly registryId: string; readonly region: string }[];
	/** Absent: every repository. */
	readonly prefixes?: readonly string[];
}

/** The copies that are on their way. */
export interface Replication {
	/** Notes what a push has to be copied to. */
	readonly schedule: (registry: Registry, repository: Repository, image: Image, tag: string | undefined) => void;
	/** Does what is due. There are no timers: it goes by the clock when someone asks. */
	readonly run: () => Promise<void>;
}

interface Task {
	readonly source: Registry;
	readonly repository: Repository;
	readonly image: Image;
	readonly tag: string | undefined;
	readonly replication: ImageReplication;
}

const SECONDS = 1;

export function createReplication(registries: Registries, now: () => number): Replication {
	let tasks: Task[] = [];
	return {
		schedule: (source, repository, image, tag) => {
			const destinations = source.replication
				.filter(({ prefixes }) => prefixes === undefined || prefixes.some((one) => repository.name.startsWith(one)))
				.flatMap((rule) => rule.destinations);
			for (const { registryId, region } of destinations) {
				const replication = { registryId, region, dueAt: now() + SECONDS * 1000 };
				const others = (image.replications ?? []).filter(
					(one) => one.registryId !== registryId || one.region !== region,
				);
				image.replications = [...others, replication];
				tasks.push({ source, repository, image, tag, replication });
			}
		},
		run: async () => {
			const due = tasks.filter(({ replication }) => replication.dueAt <= now());
			tasks = tasks.filter((task) => !due.includes(task));
			for (const task of due) await replicate(registries, task, now());
		},
	};
}

async function replicate(registries: Registries, task: Task, now: number): Promise<void> {
	const { source, repository, image, tag, replication } = task;
	const target = await registries.open(replication.registryId, replication.region);
	const { name } = repository;
	if (!accepts(target, source, name)) {
		replication.failureCode = 'AccessDenied';
		return;
	}
	const copy =
		target.repositories.get(name) ??
		createByTemplate(target, name, 'REPLICATION', now) ??
		createRepository(target, name, now);
	if (!copyImage(repository, copy, image, tag, now)) replication.failureCode = 'ImageTagAlreadyExists';
}

/**
 * Another account's registry takes copies when its registry policy allows ecr:ReplicateImage, and makes the repository for
 * them when it allows ecr:CreateRepository too (ECR user guide, "Granting registry permissions for cross account replication").
 */
function accepts(target: Registry, source: Registry, name: string): boolean {
	if (target.account === source.account) return true;
	const allows = (action: string) => registryAllows(target, source.account, action, name);
	return allows('ecr:ReplicateImage') && (target.repositories.has(name) || allows('ecr:CreateRepository'));
}
