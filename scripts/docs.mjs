// Fills the tables of every README from action.yml and iam/*.json: `node scripts/docs.mjs [--check]`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const check = process.argv.includes('--check');
const stale = [];

const STAGES = {
	login: 'ecr-login-oidc',
	build: 'build-push',
	scan: 'wait-for-scan',
	gate: 'gate-on-findings',
	promote: 'promote-by-digest',
	pin: 'pin-digest-in-taskdef',
};
updateRootOutputs();

for (const name of readdirSync('actions')) {
	const folder = name === 'pipeline' ? '.' : `actions/${name}`;
	const readme = `actions/${name}/README.md`;
	const { inputs = {}, outputs = {} } = readAction(folder);
	const iam = `iam/${name}.json`;
	update(readme, {
		inputs: table(
			['Input', 'Default', 'Meaning'],
			Object.entries(inputs).map(([input, { default: fallback, required, description }]) => [
				`\`${input}\``,
				required ? '**required**' : fallback === undefined || fallback === '' ? '–' : `\`${fallback}\``,
				description,
			]),
		),
		outputs: table(
			['Output', 'Meaning'],
			Object.entries(outputs).map(([output, { description }]) => [`\`${output}\``, description]),
		),
		iam: existsSync(iam)
			? table(
					['Action', 'On', 'For'],
					JSON.parse(readFileSync(iam, 'utf8')).permissions.map(({ action, resource, why }) => [
						`\`${action}\``,
						resource,
						why,
					]),
				)
			: '',
	});
}

if (stale.length > 0) {
	console.error(`Not what action.yml and iam/ say: ${stale.join(', ')}. Run \`npm run docs\`.`);
	process.exit(1);
}

/** The root action has every output of the six; a name that two of them have, and `status`, carries the stage in front. */
function updateRootOutputs() {
	const outputs = Object.entries(STAGES).flatMap(([stage, name]) =>
		Object.entries(readAction(`actions/${name}`).outputs).map(([output, { description }]) => ({
			stage,
			output,
			description,
		})),
	);
	const clashes = (name) => name === 'status' || outputs.filter(({ output }) => output === name).length > 1;
	const lines = outputs.map(({ stage, output, description }) => {
		const name = clashes(output) ? `${stage}-${output}` : output;
		return `  ${name}:\n    description: ${JSON.stringify(`${stage}: ${description}`)}\n`;
	});
	write('action.yml', (text) =>
		text.replace(
			/( {2}# Outputs of the six; npm run docs writes them\.\n)[\s\S]*?(?=runs:)/,
			(_, head) => `${head}${lines.join('')}`,
		),
	);
}

function readAction(folder) {
	return parse(readFileSync(`${folder}/action.yml`, 'utf8'));
}

function update(path, sections) {
	write(path, (before) => fill(before, sections));
}

/** Puts each section between its markers; a marker that is missing is an error, not a table that silently goes stale. */
function fill(text, sections) {
	return Object.entries(sections).reduce((filled, [name, content]) => {
		const start = filled.indexOf(`<!-- ${name} -->`);
		const end = filled.indexOf(`<!-- /${name} -->`);
		if (start === -1 || end < start) {
			if (content === '') return filled;
			throw new Error(`The markers of ${name} are missing`);
		}
		return `${filled.slice(0, start)}<!-- ${name} -->\n${content}\n${filled.slice(end)}`;
	}, text);
}

function write(path, change) {
	const before = readFileSync(path, 'utf8');
	const text = change(before);
	if (text === before) return;
	if (check) stale.push(path);
	else writeFileSync(path, text);
}

function table(header, rows) {
	const line = (cells) =>
		`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
	return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
