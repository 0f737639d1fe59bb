import { parseArgs } from 'node:util';
import { type FaultRule, readFaultOption } from '../faults/rules.ts';
import type { LocalEcrOptions } from '../server/start.ts';

export interface CommandLine {
	readonly help: boolean;
	readonly printEnv: 'shell' | 'json';
	/** Paths of seed documents. */
	readonly seeds: readonly string[];
	/** Paths of finding files. */
	readonly findings: readonly string[];
	readonly server: LocalEcrOptions;
}

/** What is wrong with a command line, for the person who wrote it. */
class UsageError extends Error {}

export const HELP = `local-ecr [options]: a local stand-in for Amazon ECR, on loopback

  --port N                    where the AWS APIs and the default registry listen (default 5000; 0: any free port)
  --account ID                account of the default registry (default 111111111111)
  --region NAME               region of the default registry (default us-east-1)
  --registry ACCOUNT/REGION=PORT
                              give another registry a port of its own choice (repeatable)
  --seed FILE                 repositories, roles, findings, services to begin with: YAML or JSON (repeatable)
  --findings FILE             what scans find: a list of rules, YAML or JSON (repeatable)
  --persist DIR               keep everything in this directory for the next start
  --enforce-iam               sessions may do only what their session policy and their role's policy allow
  --fault OPERATION=KIND[,NAME=VALUE...]
                              make something go wrong, e.g. ecr:PutImage=throttle,times=2 (repeatable)
  --fault-seed N              of the draws of faults with a probability (default 1)
  --latency-ms N              add so many milliseconds to every answer
  --tls                       HTTPS, by a certificate of its own that the printed environment names
  --multi-patch               take chunked uploads of several PATCHes, which ECR itself does not
  --direct-blobs              serve layers directly instead of by a 307 to the storage address
  --print-env shell|json      how to print the environment to export (default shell)
  --help                      this text
`;

/** @throws UsageError */
export function readCommandLine(args: readonly string[]): CommandLine {
	const { values } = parse(args);
	const printEnv = values['print-env'] ?? 'shell';
	if (printEnv !== 'shell' && printEnv !== 'json')
		throw new UsageError(`--print-env must be shell or json, not '${printEnv}'`);
	return {
		help: values.help === true,
		printEnv,
		seeds: values.seed ?? [],
		findings: values.findings ?? [],
		server: {
			port: whole('--port', values.port ?? '5000', 65_535),
			latencyMs: whole('--latency-ms', values['latency-ms'] ?? '0', 600_000),
			multiPatch: values['multi-patch'] === true,
			tls: values.tls === true,
			enforceIam: values['enforce-iam'] === true,
			redirectBlobs: values['direct-blobs'] !== true,
			ports: new Map((values.registry ?? []).map(readRegistry)),
			faults: (values.fault ?? []).map(readFault),
			faultSeed: whole('--fault-seed', values['fault-seed'] ?? '1', 2 ** 31),
			...(values.account === undefined ? {} : { account: account('--account', values.account) }),
			...(values.region === undefined ? {} : { region: values.region }),
			...(values.persist === undefined ? {} : { persist: values.persist }),
		},
	};
}

function parse(args: readonly string[]) {
	const text = { type: 'string' } as const;
	const texts = { type: 'string', multiple: true } as const;
	const flag = { type: 'boolean' } as const;
	try {
		return parseArgs({
			args: [...args],
			options: {
				port: text,
				account: text,
				region: text,
				persist: text,
				'latency-ms': text,
				'print-env': text,
				registry: texts,
				seed: texts,
				findings: texts,
				fault: texts,
				'fault-seed': text,
				'multi-patch': flag,
				'direct-blobs': flag,
				'enforce-iam': flag,
				tls: flag,
				help: flag,
			},
		});
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

function readRegistry(given: string): [string, number] {
	const [, id, region, port] = /^(\d{12})\/([a-z0-9-]+)=(\d+)$/.exec(given) ?? [];
	if (id === undefined || region === undefined || port === undefined)
		throw new UsageError(`--registry must be ACCOUNT/REGION=PORT, not '${given}'`);
	return [`${id}/${region}`, whole('--registry', port, 65_535)];
}

function readFault(given: string): FaultRule {
	try {
		return readFaultOption(given);
	} catch (error) {
		throw new UsageError(`--fault '${given}': ${error instanceof Error ? error.message : String(error)}`);
	}
}

function account(name: string, given: string): string {
	if (!/^\d{12}$/.test(given)) throw new UsageError(`${name} must be 12 digits, not '${given}'`);
	return given;
}

function whole(name: string, given: string, limit: number): number {
	const number = Number(given);
	if (given === '' || !Number.isInteger(number) || number < 0 || number > limit)
		throw new UsageError(`${name} must be a whole number from 0 to ${limit}, not '${given}'`);
	return number;
}
