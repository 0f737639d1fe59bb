// Fills the tables of every README from action.yml and iam/*.json: `node scripts/docs.mjs [--check]`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const check = process.argv.includes('--check');
const stale = [];

for (const name of readdirSync('actions')) {
	const folder = name === 'pipeline' ? '.' : `actions/${name}`;
	const readme = `actions/${name}/README.md`;
	const { inputs = {}, outputs = {} } = parse(readFileSync(`${folder}/action.yml`, 'utf8'));
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

function update(path, sections) {
	const before = readFileSync(path, 'utf8');
	let text = before;
	for (const [name, content] of Object.entries(sections)) {
		text = text.replace(
			new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`),
			() => `<!-- ${name} -->\n${content}\n<!-- /${name} -->`,
		);
	}
	if (text === before) return;
	if (check) stale.push(path);
	else writeFileSync(path, text);
}

function table(header, rows) {
	const line = (cells) =>
		`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
	return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
