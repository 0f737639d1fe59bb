// The licences of what is bundled, from webpack's account of the modules that went into a bundle.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;
const TEXT = /^(?:licen[cs]e|copying|notice)(?:\.|-|$)/i;

/**
 * The directories of the packages that a bundle holds modules of.
 * @param {{modules?: readonly object[]}} stats webpack's; a module that it has joined with others stands within that one
 * @returns {string[]}
 */
export function bundledPackages({ modules = [] }) {
	const found = modules
		.filter(({ chunks = [] }) => chunks.length > 0)
		.flatMap((module) => [module, ...(module.modules ?? [])])
		.flatMap(({ nameForCondition }) => PACKAGE.exec(nameForCondition ?? '')?.[0] ?? []);
	return [...new Set(found)];
}

/**
 * Each package once, in the order of their names, under the text of its licence; each text once.
 * @param {Iterable<string>} directories of the packages
 */
export function licensesOf(directories) {
	const named = new Map();
	for (const directory of directories) {
		const { name, license = 'no licence named' } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
		named.set(`${name} (${license})`, textOf(directory));
	}
	const byText = new Map();
	for (const one of [...named.keys()].sort()) {
		const text = named.get(one);
		byText.set(text, [...(byText.get(text) ?? []), one]);
	}
	return [...byText].map(([text, names]) => `${[...names, '', text].join('\n').trim()}\n`).join(RULE);
}

const RULE = `\n${'-'.repeat(80)}\n\n`;

function textOf(directory) {
	return readdirSync(directory)
		.filter((file) => TEXT.test(file))
		.sort()
		.map((file) => readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim())
		.join('\n\n');
}
