import * as ecr from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ecrOf } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';
import { ecrOperations } from './operations.ts';

type Constructor = new (input: object) => unknown;

/** The exceptions that the SDK has a class for, as its parser makes them. */
const EXCEPTIONS = Object.entries(ecr).filter(
	([name, value]) =>
		name.endsWith('Exception') && typeof value === 'function' && value.prototype instanceof ecr.ECRServiceException,
) as [string, Constructor][];

describe('local-ecr, as the JavaScript SDK sees it', () => {
	let server: LocalEcr;
	let client: ecr.ECRClient;

	beforeAll(async () => {
		server = await startLocalEcr();
		client = ecrOf(server);
	});
	afterAll(() => server.close());

	it('has some fifty exceptions', () => {
		expect(EXCEPTIONS.length).toBeGreaterThanOrEqual(50);
	});

	it.each(EXCEPTIONS)('raises %s as the class that it is', async (code, type) => {
		server.addFaults([{ operation: 'ecr:DescribeRegistry', fault: 'error', code, times: 1 }]);
		const raised = await client.send(new ecr.DescribeRegistryCommand({})).catch((error: unknown) => error);
		expect(raised).toBeInstanceOf(type);
		expect(raised).toMatchObject({ name: code, $metadata: { requestId: expect.any(String) } });
	});

	it.each(Object.keys(ecrOperations))('has a command for %s, which the service knows', async (operation) => {
		const command = (ecr as unknown as Readonly<Record<string, Constructor>>)[`${operation}Command`];
		if (command === undefined) throw new Error(`the SDK has no ${operation}Command`);
		// With nothing in it: whatever it is refused for, it is not for being unknown.
		const raised = await client.send(new command({}) as ecr.DescribeRegistryCommand).catch((error: unknown) => error);
		expect((raised as { name?: string }).name).not.toBe('UnknownOperationException');
		if (raised instanceof Error) expect(raised).toBeInstanceOf(ecr.ECRServiceException);
	});
});
