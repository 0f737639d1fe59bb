import { FINDING_CLASSES } from '../evaluate.ts';
import { SEVERITIES } from '../severity.ts';

/** Reads what html-rows.ts wrote. */
export const SCRIPT_DATA = String.raw`
const SEVERITIES = ${JSON.stringify(SEVERITIES)};
const CLASSES = ${JSON.stringify(FINDING_CLASSES)};
const FIX_WORDS = ["a fix exists", "in part", "no fix yet", "not known"];
const at = (id) => document.getElementById(id);
const element = (name, className, text) => {
	const node = document.createElement(name);
	if (className) node.className = className;
	if (text !== undefined) node.textContent = text;
	return node;
};
// Marks that turn the direction of text, and control characters, show as what they are: something that does not belong.
const clean = (text, most = 5000) => (text.length > most ? text.slice(0, most) + "…" : text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
const { rows: raw, shared } = JSON.parse(at("data").textContent);
const lines = at("texts").textContent.split("\n");
const rows = raw.map((r, index) => ({
	index,
	severity: r[0],
	end: r[1],
	rule: shared[r[2]],
	reason: shared[r[3]],
	fresh: (r[4] & 1) > 0,
	tolerated: (r[4] & 2) > 0,
	exploited: (r[4] & 4) > 0,
	exploit: (r[4] & 8) > 0,
	id: r[5],
	cvss: r[6],
	epss: r[7],
	seen: shared[r[8]],
	platforms: shared[r[9]],
	fix: r[10],
	ratings: shared[r[11]],
	given: shared[r[12]],
	aliases: r[13],
	packages: r[14],
}));
raw.length = 0;
const hasBaseline = rows.some((row) => !row.fresh);
const nameOf = (row) => (row.packages.length === 0 ? "" : row.packages[0][0]);
const packageText = (row) => {
	const [first, ...more] = row.packages;
	return first === undefined ? "" : (first[0] + " " + first[1]).trim() + (more.length > 0 ? " +" + more.length : "");
};
const fixedText = (row) => [...new Set(row.packages.map((p) => p[2]).filter(Boolean))].join(", ") || FIX_WORDS[row.fix];
const texts = (row) => JSON.parse(lines[row.index]);
// What a search looks through is put together when somebody searches.
let words;
const haystack = (row) => {
	words ??= rows.map((r) => (r.id + " " + r.aliases + " " + r.packages.map((p) => p.join(" ")).join(" ") + " " + r.rule + " " + r.reason + " " + r.platforms + " " + lines[r.index]).toLowerCase());
	return words[row.index];
};
`;
