import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Kinds, Wish } from './wish.ts';

/** Where the image of a scenario is. */
export interface Place {
	readonly repository: string;
	readonly tag: string;
	readonly digest: string;
	readonly region: string;
	readonly url: string;
}

export interface Launch {
	readonly command: string;
	readonly arguments: readonly string[];
	/** Inputs of an action, by their names in action.yml. */
	readonly inputs?: Readonly<Record<string, string>>;
	readonly env?: Readonly<Record<string, string>>;
}

/** Another action, and how it is asked for what a scenario is about. */
export interface Peer {
	readonly name: string;
	/** The kinds of scanning that its documentation claims. */
	readonly kinds: Kinds;
	/** Installs what it needs into its own folder. */
	readonly prepare?: () => void;
	readonly launch: (place: Place, wish: Wish) => Launch;
	/** Tells a pass from a failure where the exit code does not. */
	readonly passed?: (outputs: string) => boolean;
}

type Adapter = (directory: string) => Peer;

// By the name in their action.yml. None of their code is in this repository.
const ADAPTERS: Readonly<Record<string, Adapter>> = {
	'AWS ECR Scan Docker Image': (directory) => ({
		name: 'alexjurkiewicz/ecr-scan-image',
		kinds: ['enhanced'],
		prepare: () => install(directory, 'npm', ['ci', '--no-audit', '--no-fund'], 'node_modules'),
		launch: ({ repository, tag, url }, { threshold, ignore }) => ({
			command: process.execPath,
			// Version 2 of the SDK does not know AWS_ENDPOINT_URL.
			arguments: ['-e', ENDPOINT_OF_SDK_2, directory, url],
			inputs: { repository, tag, fail_threshold: threshold, ignore_list: ignore.join('\n') },
		}),
	}),
	'Check AWS Inspector': (directory) => ({
		name: 'ecperth/check-aws-inspector',
		kinds: ['enhanced'],
		launch: ({ repository, digest }, { threshold, ignore }) => ({
			command: process.execPath,
			arguments: [join(directory, 'dist', 'index.js')],
			inputs: {
				repository,
				'image-digest': digest,
				'fail-on': threshold.toUpperCase(),
				ignore: ignore.join('\n'),
				timeout: '30',
				// As its documentation has it.
				'consistency-delay': '15',
			},
		}),
	}),
	'AWS ECR Security Report': (directory) => ({
		name: 'vonsteer/ecr-scan-action',
		kinds: ['basic', 'enhanced'],
		prepare: () => {
			install(directory, 'python3', ['-m', 'venv', '.venv'], '.venv');
			install(directory, join('.venv', 'bin', 'pip'), ['install', '--quiet', '.'], join('.venv', 'bin', 'ecr-scan'));
		},
		launch: ({ repository, tag, region }, { threshold, ignore }) => ({
			command: join(directory, '.venv', 'bin', 'ecr-scan'),
			arguments: [
				...[repository, tag, '--github_action', `--fail-threshold=${threshold}`, `--ignore-list=${ignore.join(' ')}`],
				...[`--region=${region}`, '--max-retries=15', '--retry-delay=2'],
			],
		}),
		// Its last step fails by this output.
		passed: (outputs) => !/^outcome=failure$/m.test(outputs),
	}),
};

const ENDPOINT_OF_SDK_2 = `
const [directory, endpoint] = process.argv.slice(1);
const AWS = require(directory + '/node_modules/aws-sdk');
AWS.config.update({ ecr: { endpoint }, region: process.env.AWS_REGION });
require(directory + '/index.js');
`;

/** Another action in a folder, told by its action.yml. @throws Error where there is no adapter for it */
export function peerIn(directory: string): Peer {
	const { name } = parse(readFileSync(join(directory, 'action.yml'), 'utf8')) as { name: string };
	const adapter = ADAPTERS[name];
	if (adapter === undefined)
		throw new Error(`There is no adapter for "${name}"; there is one for ${Object.keys(ADAPTERS).join(', ')}.`);
	return adapter(directory);
}

function install(directory: string, command: string, given: readonly string[], made: string): void {
	if (existsSync(join(directory, made))) return;
	execFileSync(command.includes('/') ? join(directory, command) : command, given, { cwd: directory, stdio: 'inherit' });
}
