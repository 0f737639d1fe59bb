import { run } from '../../peers/command.mjs';

/** The first minor versions that read AWS_ENDPOINT_URL. */
const READS_ENDPOINT = { 1: 29, 2: 13 };

/** Whether an aws command line finds its endpoint in the environment; that of Debian 12 must be told on its own line. */
export async function readsEndpoint(aws) {
	const { stdout, stderr } = await run(aws, ['--version']);
	const [, major, minor] = /^aws-cli\/(\d+)\.(\d+)/.exec(stdout || stderr) ?? [];
	console.log(`aws ${major}.${minor}`);
	return Number(minor) >= READS_ENDPOINT[major];
}
