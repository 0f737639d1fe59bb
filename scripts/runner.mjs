// Runs bundles as GitHub's runner runs them: a process each, INPUT_*, the command files, post steps in reverse order.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A job: steps share its environment (as GITHUB_ENV changes it) and its temporary directory.
 * @param {{ directory: string, env: Record<string, string>, onLine?: (line: string) => void }} options
 */
export function createJob({ directory, env, onLine = () => {} }) {
	const temporary = join(directory, 'temp');
	mkdirSync(temporary, { recursive: true });
	const variables = { ...env, RUNNER_TEMP: temporary, GITHUB_ACTIONS: 'true' };
	const posts = [];
	let count = 0;

	const runBundle = async (bundle, inputs, state) => {
		count += 1;
		const files = Object.fromEntries(
			['OUTPUT', 'ENV', 'STATE', 'STEP_SUMMARY', 'PATH'].map((name) => [
				`GITHUB_${name}`,
				join(directory, `${count}-${name.toLowerCase()}`),
			]),
		);
		for (const path of Object.values(files)) writeFileSync(path, '');
		const prefixed = (prefix, values) =>
			Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
		const upper = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name.toUpperCase(), value]));
		const started = performance.now();
		const { exitCode, lines } = await execute(
			process.execPath,
			[bundle],
			{ ...variables, ...files, ...prefixed('INPUT_', upper), ...prefixed('STATE_', state) },
			onLine,
		);
		const read = (name) => readFileSync(files[`GITHUB_${name}`], 'utf8');
		const result = {
			exitCode,
			lines,
			seconds: (performance.now() - started) / 1000,
			outputs: parseCommandFile(read('OUTPUT')),
			summary: read('STEP_SUMMARY'),
			errors: lines
				.filter((line) => line.startsWith('::error'))
				.map((line) => unescapeData(line.replace(/^::error[^:]*::/, ''))),
		};
		Object.assign(variables, parseCommandFile(read('ENV')));
		for (const added of read('PATH').split(/\r?\n/))
			if (added !== '') variables.PATH = `${added}${delimiter}${variables.PATH ?? ''}`;
		return { ...result, state: parseCommandFile(read('STATE')) };
	};

	return {
		temporary,
		/** The environment as the steps so far have left it. */
		variables,
		/** Runs `dist/<name>/index.js`; its post step, if it has one, is kept for `finish`. */
		async step(distribution, name, inputs, post) {
			const result = await runBundle(join(distribution, name, 'index.js'), inputs, {});
			if (post !== undefined) posts.push({ name, bundle: join(distribution, name, post), inputs, state: result.state });
			return result;
		},
		/** Runs any bundle by its path. */
		bundle: (path, inputs) => runBundle(path, inputs, {}),
		/** Runs the post steps in reverse order. */
		async finish() {
			const results = [];
			for (const { name, bundle, inputs, state } of posts.splice(0).reverse()) {
				results.push({ name, ...(await runBundle(bundle, inputs, state)) });
			}
			return results;
		},
	};
}

/** Reads `name=value` and `name<<DELIMITER` entries of a command file. */
export function parseCommandFile(text) {
	const values = {};
	const lines = text.split(/\r?\n/);
	while (lines.length > 0) {
		const line = lines.shift();
		const [, name, closing] = /^(.+?)<<(.+)$/.exec(line) ?? [];
		if (closing === undefined) {
			const equals = line.indexOf('=');
			if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1);
			continue;
		}
		const end = lines.indexOf(closing);
		if (end === -1) throw new Error(`${name} is not closed by its delimiter`);
		values[name] = lines.splice(0, end).join('\n');
		lines.shift();
	}
	return values;
}

function execute(command, commandArguments, env, onLine) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, commandArguments, { env, stdio: ['ignore', 'pipe', 'pipe'] });
		const lines = [];
		let rest = '';
		const take = (chunk) => {
			const parts = (rest + chunk).split(/\r?\n/);
			rest = parts.pop();
			for (const line of parts) {
				lines.push(line);
				onLine(line);
			}
		};
		child.stdout.setEncoding('utf8').on('data', take);
		child.stderr.setEncoding('utf8').on('data', take);
		child.on('error', reject);
		child.on('close', (exitCode) => {
			if (rest !== '') take('\n');
			resolve({ exitCode, lines });
		});
	});
}

function unescapeData(text) {
	return text.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
}
