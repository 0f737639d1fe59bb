import type { Inspector2Client } from '@aws-sdk/client-inspector2';
import { awsClientConfig, type Context } from '@ecr-pipeline/core';
import type { EcrAccess } from './ecr-repository.ts';

export type OpenInspector = () => Promise<Inspector2Client>;

/** Inspector with the credentials and the region of the registry; its client is loaded when it is first needed. */
export function inspectorOf(access: EcrAccess, context: Context): OpenInspector {
	let opened: Promise<Inspector2Client> | undefined;
	return () => {
		opened ??= openInspector(access, context);
		return opened;
	};
}

async function openInspector(access: EcrAccess, context: Context): Promise<Inspector2Client> {
	const { Inspector2Client } = await import('@aws-sdk/client-inspector2');
	return new Inspector2Client({
		...awsClientConfig(context, { region: access.region }),
		credentials: access.client.config.credentials,
	});
}
