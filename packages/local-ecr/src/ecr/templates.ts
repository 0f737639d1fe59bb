import type {
	CreateRepositoryCreationTemplateRequest,
	CreateRepositoryCreationTemplateResponse,
	DeleteRepositoryCreationTemplateRequest,
	DescribeRepositoryCreationTemplatesRequest,
	DescribeRepositoryCreationTemplatesResponse,
	RepositoryCreationTemplate,
	UpdateRepositoryCreationTemplateRequest,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { readLifecyclePolicy } from '../registry/lifecycle-policy.ts';
import { type CreationTemplate, TEMPLATE_USES } from '../registry/templates.ts';
import { required } from './input.ts';
import { mutabilitySettings } from './mutability.ts';
import { filtersShape } from './shapes.ts';

function create(
	input: CreateRepositoryCreationTemplateRequest,
	{ own, world }: Call,
): CreateRepositoryCreationTemplateResponse {
	const prefix = required(input.prefix, 'prefix');
	if (own.templates.has(prefix))
		throw new ServiceError(
			'TemplateAlreadyExistsException',
			`A template with prefix '${prefix}' already exists in the registry with id '${own.account}'`,
		);
	const now = world.clock.now();
	const template = templateOf(input, prefix, now, now);
	own.templates.set(prefix, template);
	return { registryId: own.account, repositoryCreationTemplate: shapeOf(template) };
}

function update(input: UpdateRepositoryCreationTemplateRequest, call: Call): CreateRepositoryCreationTemplateResponse {
	const { own, world } = call;
	const before = find(input.prefix, call);
	const given = Object.entries(input).filter(([, value]) => value !== undefined);
	const merged = { ...shapeOf(before), ...Object.fromEntries(given) };
	const template = templateOf(merged, before.prefix, before.createdAt, world.clock.now());
	own.templates.set(before.prefix, template);
	return { registryId: own.account, repositoryCreationTemplate: shapeOf(template) };
}

function remove(input: DeleteRepositoryCreationTemplateRequest, call: Call): CreateRepositoryCreationTemplateResponse {
	const template = find(input.prefix, call);
	call.own.templates.delete(template.prefix);
	return { registryId: call.own.account, repositoryCreationTemplate: shapeOf(template) };
}

function describe(
	input: DescribeRepositoryCreationTemplatesRequest,
	call: Call,
): DescribeRepositoryCreationTemplatesResponse {
	const { own } = call;
	const all = input.prefixes?.map((prefix) => find(prefix, call)) ?? [...own.templates.values()];
	const { items, nextToken } = pageOf(all, input, 100, 1000);
	return { registryId: own.account, repositoryCreationTemplates: items.map(shapeOf), nextToken };
}

function find(prefix: string | undefined, { own }: Call): CreationTemplate {
	const template = own.templates.get(required(prefix, 'prefix'));
	if (template !== undefined) return template;
	throw new ServiceError(
		'TemplateNotFoundException',
		`The template with prefix '${prefix}' does not exist in the registry with id '${own.account}'`,
	);
}

type Given = Omit<CreateRepositoryCreationTemplateRequest, 'prefix' | 'appliedFor'> & { appliedFor?: unknown };

function templateOf(input: Given, prefix: string, createdAt: number, updatedAt: number): CreationTemplate {
	const given = Array.isArray(input.appliedFor) ? input.appliedFor.map(String) : [];
	const appliedFor = TEMPLATE_USES.filter((use) => given.includes(use));
	if (given.length === 0 || appliedFor.length < given.length)
		throw invalidParameter('appliedFor', `must satisfy enum value set: [${TEMPLATE_USES.join(', ')}]`);
	if (input.lifecyclePolicy !== undefined) readLifecyclePolicy(input.lifecyclePolicy);
	const { encryptionType = 'AES256', kmsKey } = input.encryptionConfiguration ?? {};
	return {
		prefix,
		...(input.description === undefined ? {} : { description: input.description }),
		appliedFor,
		settings: {
			...mutabilitySettings(input.imageTagMutability ?? 'MUTABLE', input.imageTagMutabilityExclusionFilters),
			encryption: { type: encryptionType, ...(kmsKey === undefined ? {} : { kmsKey }) },
			policy: input.repositoryPolicy,
			lifecyclePolicy: input.lifecyclePolicy,
		},
		resourceTags: Object.fromEntries((input.resourceTags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
		createdAt,
		updatedAt,
	};
}

function shapeOf(template: CreationTemplate): RepositoryCreationTemplate {
	const { settings, resourceTags } = template;
	return {
		prefix: template.prefix,
		description: template.description,
		appliedFor: [...template.appliedFor],
		imageTagMutability: settings.mutability,
		...filtersShape({ exclusionFilters: settings.exclusionFilters ?? [] }),
		encryptionConfiguration: {
			encryptionType: settings.encryption?.type as 'AES256',
			kmsKey: settings.encryption?.kmsKey,
		},
		repositoryPolicy: settings.policy,
		lifecyclePolicy: settings.lifecyclePolicy,
		resourceTags: Object.entries(resourceTags).map(([Key, Value]) => ({ Key, Value })),
		createdAt: new Date(template.createdAt),
		updatedAt: new Date(template.updatedAt),
	};
}

export const templateOperations: Operations = {
	CreateRepositoryCreationTemplate: create,
	UpdateRepositoryCreationTemplate: update,
	DeleteRepositoryCreationTemplate: remove,
	DescribeRepositoryCreationTemplates: describe,
};
