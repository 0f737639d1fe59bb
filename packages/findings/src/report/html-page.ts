// The page's own style and script. They come from here only, and the page's policy allows them by their hash: text of
// findings can never run, whatever it holds. The script puts all of it on the page as text.

export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:14px/1.45 system-ui,sans-serif;margin:1.5rem;max-width:110rem}
h1{font-size:1.3rem;margin:0 0 .3rem}
.passed h1::before{content:"✅ "}.failed h1::before{content:"❌ "}
code{font:12px ui-monospace,monospace;overflow-wrap:anywhere}
.bar{display:block;height:14px;border-radius:7px;margin:.8rem 0;background:#2a2}
.critical{--c:#7b1fa2}.high{--c:#d32f2f}.medium{--c:#ef6c00}.low{--c:#b28900}.informational{--c:#1976d2}.unknown{--c:#777}
.bar rect{fill:var(--c)}.dot{background:var(--c);display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.4em}
.tools{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0;align-items:center}
input,select,button{font:inherit;padding:.25rem .5rem}input[type=search]{min-width:20rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{position:sticky;top:0;background:Canvas;white-space:nowrap}th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid}
td.more{background:var(--soft);white-space:pre-wrap}tbody tr.row{cursor:pointer}
ul.notes{padding-left:1.2rem}.faint{opacity:.75}
`;

export const SCRIPT = `
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const ORDER = ["critical", "high", "medium", "low", "informational", "unknown"];
const COLUMNS = [
	["Severity", (r) => ORDER.indexOf(r.severity), (r) => r.severity],
	["Finding", (r) => r.id, (r) => r.id],
	["Package", (r) => r.package, (r) => r.package],
	["Fixed in", (r) => r.fixed, (r) => r.fixed],
	["CVSS", (r) => -(r.cvss ?? -1), (r) => r.cvss ?? ""],
	["EPSS", (r) => -(r.epss ?? -1), (r) => r.epss ?? ""],
	["Exploit", (r) => -r.exploit.length, (r) => r.exploit],
	["Platforms", (r) => r.platforms, (r) => r.platforms],
	["First seen", (r) => r.seen, (r) => r.seen],
	["Class", (r) => r.class, (r) => r.class],
	["Rule", (r) => r.rule, (r) => r.rule + ": " + r.reason],
];
const PAGE = 200;
const state = { sort: -1, down: false, page: 0, text: "", severity: "", end: "", fresh: false };
const element = (name, text, className) => {
	const node = document.createElement(name);
	if (text !== undefined) node.textContent = text;
	if (className) node.className = className;
	return node;
};
for (const row of data.rows) row.words = Object.values(row).join("\\n").toLowerCase();

const body = document.querySelector("tbody");
const count = document.getElementById("count");
const matching = () => {
	const words = state.text.toLowerCase().split(/\\s+/).filter(Boolean);
	const rows = data.rows.filter((r) =>
		(!state.severity || r.severity === state.severity) && (!state.end || r.class === state.end) &&
		(!state.fresh || r.fresh) && words.every((word) => r.words.includes(word)));
	if (state.sort < 0) return rows;
	const key = COLUMNS[state.sort][1];
	const sign = state.down ? -1 : 1;
	return rows.map((r) => [key(r), r]).sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0)).map(([, r]) => r);
};
const details = (row) => {
	const cell = element("td", undefined, "more");
	cell.colSpan = COLUMNS.length;
	cell.append(element("strong", row.title), "\\n" + row.description + "\\n");
	if (row.places) cell.append(element("code", row.places), "\\n");
	if (row.aliases) cell.append("Also known as " + row.aliases + "\\n");
	for (const link of row.links.split("\\n").filter((url) => /^https?:/i.test(url))) {
		const anchor = element("a", link);
		anchor.href = link;
		anchor.rel = "noopener noreferrer nofollow";
		anchor.target = "_blank";
		cell.append(anchor, "\\n");
	}
	const line = element("tr");
	line.append(cell);
	return line;
};
const rowOf = (row) => {
	const line = element("tr", undefined, "row");
	line.tabIndex = 0;
	COLUMNS.forEach(([, , text], index) => {
		const cell = element("td");
		if (index === 0) cell.append(element("span", undefined, "dot " + row.severity));
		cell.append(index === 1 ? element("code", text(row)) : String(text(row)));
		if (index === 1 && row.fresh && data.hasBaseline) cell.append(element("strong", " new"));
		line.append(cell);
	});
	const toggle = () => {
		if (line.nextSibling && !line.nextSibling.classList.contains("row")) line.nextSibling.remove();
		else line.after(details(row));
	};
	line.addEventListener("click", toggle);
	line.addEventListener("keydown", (event) => { if (event.key === "Enter") toggle(); });
	return line;
};
const draw = () => {
	const rows = matching();
	const pages = Math.max(1, Math.ceil(rows.length / PAGE));
	state.page = Math.min(state.page, pages - 1);
	body.replaceChildren(...rows.slice(state.page * PAGE, (state.page + 1) * PAGE).map(rowOf));
	count.textContent = rows.length + " of " + data.rows.length + " findings, page " + (state.page + 1) + " of " + pages;
	document.getElementById("back").disabled = state.page === 0;
	document.getElementById("on").disabled = state.page === pages - 1;
};
const head = document.querySelector("thead tr");
COLUMNS.forEach(([name], index) => {
	const button = element("button", name);
	button.addEventListener("click", () => {
		state.down = state.sort === index && !state.down;
		state.sort = index;
		for (const [i, cell] of [...head.children].entries())
			cell.ariaSort = i === index ? (state.down ? "descending" : "ascending") : "none";
		draw();
	});
	const cell = element("th");
	cell.append(button);
	head.append(cell);
});
const bind = (id, key, event, read) => document.getElementById(id).addEventListener(event, (e) => {
	state[key] = read(e.target);
	state.page = 0;
	draw();
});
bind("search", "text", "input", (t) => t.value);
bind("severity", "severity", "change", (t) => t.value);
bind("class", "end", "change", (t) => t.value);
bind("fresh", "fresh", "change", (t) => t.checked);
document.getElementById("back").addEventListener("click", () => { state.page -= 1; draw(); });
document.getElementById("on").addEventListener("click", () => { state.page += 1; draw(); });
draw();
})();
`;
