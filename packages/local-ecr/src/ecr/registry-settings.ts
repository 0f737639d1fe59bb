import type {
	DeleteRegistryPolicyResponse,
	GetAccountSettingRequest,
	GetAccountSettingResponse,
	GetRegistryPolicyResponse,
	PutAccountSettingRequest,
	PutAccountSettingResponse,
	PutRegistryPolicyRequest,
	PutRegistryPolicyResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter, ServiceError } from '../aws/service-error.ts';
import { required } from './input.ts';
import { assertPolicy } from './policies.ts';

/** What can be set (API reference, PutAccountSetting). What accounts had before, CLAIR and V1, a seed can give. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
	BASIC_SCAN_TYPE_VERSION: ['AWS_NATIVE'],
	REGISTRY_POLICY_SCOPE: ['V2'],
	BLOB_MOUNTING: ['ENABLED', 'DISABLED'],
};

function getSetting(input: GetAccountSettingRequest, { own }: Call): GetAccountSettingResponse {
	const name = settingName(input.name);
	return { name, value: own.settings.get(name) };
}

function putSetting(input: PutAccountSettingRequest, { own }: Call): PutAccountSettingResponse {
	const name = settingName(input.name);
	const value = required(input.value, 'value');
	const allowed = VALUES[name] ?? [];
	if (!allowed.includes(value)) throw invalidParameter('value', `must satisfy enum value set: [${allowed.join(', ')}]`);
	own.settings.set(name, value);
	return { name, value };
}

function settingName(given: string | undefined): string {
	const name = required(given, 'name');
	if (VALUES[name] === undefined)
		throw invalidParameter('name', `must satisfy enum value set: [${Object.keys(VALUES).join(', ')}]`);
	return name;
}

function putPolicy(input: PutRegistryPolicyRequest, { own }: Call): PutRegistryPolicyResponse {
	const policyText = required(input.policyText, 'policyText');
	assertPolicy(policyText, 'registry');
	own.policy = policyText;
	return { registryId: own.account, policyText };
}

function removePolicy(input: object, call: Call): DeleteRegistryPolicyResponse {
	const removed = getPolicy(input, call);
	call.own.policy = undefined;
	return removed;
}

function getPolicy(_input: object, { own }: Call): GetRegistryPolicyResponse {
	if (own.policy === undefined)
		throw new ServiceError(
			'RegistryPolicyNotFoundException',
			`Registry policy does not exist in the registry with id '${own.account}'`,
		);
	return { registryId: own.account, policyText: own.policy };
}

export const registrySettingOperations: Operations = {
	GetAccountSetting: getSetting,
	PutAccountSetting: putSetting,
	GetRegistryPolicy: getPolicy,
	PutRegistryPolicy: putPolicy,
	DeleteRegistryPolicy: removePolicy,
};
