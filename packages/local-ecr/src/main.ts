import { readFile } from 'node:fs/promises';
import { jsonLine, shellLines } from './cli/environment.ts';
import { type CommandLine, HELP, readCommandLine } from './cli/options.ts';
import { startLocalEcr } from './server/start.ts';

/** A findings file is the `findings` of a seed, alone. */
async function readSeeds({ seeds, findings }: CommandLine): Promise<string[]> {
	const documents = await Promise.all(seeds.map((path) => readFile(path, 'utf8')));
	const { parse } = await import('yaml');
	const rules = await Promise.all(
		findings.map(async (path) => {
			const document = parse(await readFile(path, 'utf8')) as { findings?: unknown } | unknown[];
			return JSON.stringify({ findings: Array.isArray(document) ? document : document.findings });
		}),
	);
	return [...documents, ...rules];
}

async function main(): Promise<void> {
	const commandLine = readCommandLine(process.argv.slice(2));
	if (commandLine.help) {
		process.stdout.write(HELP);
		return;
	}
	const server = await startLocalEcr({ ...commandLine.server, seeds: await readSeeds(commandLine) });
	const stop = () => {
		server.close().then(
			() => process.exit(0),
			(error) => fail(error),
		);
	};
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
	// npx puts a shell in between, which ends at a signal and does not pass it on: to lose it is to be told to stop.
	if (process.env.npm_command === 'exec') onParentLost(stop);
	process.stdout.write(commandLine.printEnv === 'json' ? jsonLine(server) : shellLines(server));
}

const PARENT_CHECK_MS = 500;

function onParentLost(then: () => void): void {
	const parent = process.ppid;
	const timer = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(timer);
		then();
	}, PARENT_CHECK_MS);
}

function fail(error: unknown): never {
	process.stderr.write(`local-ecr: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(1);
}

main().catch(fail);
