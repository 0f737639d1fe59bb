/** The three views of the findings: each gives the lines of the list and draws one of them. */
export const SCRIPT_VIEWS = String.raw`
const state = { view: "findings", sort: {}, text: "", severities: new Set(), end: "", fixable: false, fresh: false };
const open = new Set();
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const matching = () => {
	const wanted = state.text.toLowerCase().split(/\s+/).filter(Boolean);
	const end = CLASSES.indexOf(state.end);
	return rows.filter((row) =>
		(end < 0 || row.end === end) &&
		(state.severities.size === 0 || state.severities.has(row.severity)) &&
		(!state.fixable || row.fix < 2) &&
		(!state.fresh || row.fresh) &&
		wanted.every((word) => haystack(row).includes(word)));
};
const sorted = (items, columns) => {
	const { column, down } = state.sort[state.view] ?? {};
	if (column === undefined) return items;
	const key = columns[column][1];
	const keyed = items.map((item) => [key(item), item]);
	keyed.sort(([a], [b]) => (down ? compare(b, a) : compare(a, b)));
	return keyed.map(([, item]) => item);
};
const cell = (className, text) => element("span", className, text === undefined ? undefined : clean(text, 300));
const COLUMNS = [
	["Severity", (r) => r.severity],
	["Finding", (r) => r.id],
	["Package", (r) => nameOf(r)],
	["Fixed in", (r) => r.fix + fixedText(r)],
	["CVSS", (r) => -(r.cvss ?? -1), "num"],
	["EPSS", (r) => -(r.epss ?? -1), "num"],
	["Exploit", (r) => -(r.exploited ? 2 : 0) - (r.exploit ? 1 : 0)],
	["Class", (r) => r.end],
	["First seen", (r) => r.seen],
];
const findingLine = (row) => {
	const line = element("div", "row" + (row === chosen ? " chosen" : ""));
	const severity = SEVERITIES[row.severity];
	const id = cell("mono", row.id);
	if (row.fresh && hasBaseline) id.append(element("b", "tag new", "new"));
	const exploit = cell("");
	if (row.exploited) exploit.append(element("b", "tag hot", "KEV"));
	if (row.exploit) exploit.append(element("b", "tag hot", "exploit"));
	line.append(cell("sev " + severity, severity), id, cell("", packageText(row)), cell(row.fix > 1 ? "faint" : "", fixedText(row)),
		cell("num", row.cvss === null ? "" : row.cvss.toFixed(1)), cell("num", row.epss === null ? "" : (row.epss * 100).toFixed(1) + " %"),
		exploit, cell("class-" + CLASSES[row.end], CLASSES[row.end]), cell("faint", row.seen));
	for (const [index, text] of [[1, row.id], [2, packageText(row)], [3, fixedText(row)]]) line.children[index].title = clean(text, 300);
	line.addEventListener("click", () => { show(row === chosen ? undefined : row); draw(); });
	return line;
};
const grouped = (found) => {
	const groups = new Map();
	for (const row of found) {
		for (const item of row.packages.length > 0 ? row.packages : [["(no package)", "", "", 0, "", "", 0]]) {
			const key = item[3] + "\u0000" + item[0];
			const group = groups.get(key) ?? { key, name: item[0], type: row.packages.length > 0 ? shared[item[3]] : "", versions: new Set(), fixed: new Set(), fix: 3, rows: new Set(), counts: SEVERITIES.map(() => 0), blocking: 0 };
			groups.set(key, group);
			if (item[1]) group.versions.add(item[1]);
			if (item[2]) group.fixed.add(item[2]);
			if (group.rows.has(row)) continue;
			group.fix = Math.min(group.fix, row.fix);
			group.rows.add(row);
			group.counts[row.severity] += 1;
			if (row.end === 0 && !row.tolerated) group.blocking += 1;
		}
	}
	return [...groups.values()];
};
const byWorst = (a, b) => {
	for (const [index, count] of a.counts.entries()) if (count !== b.counts[index]) return b.counts[index] - count;
	return compare(a.name, b.name);
};
const countsCell = (group) => {
	const node = cell("");
	for (const [index, count] of group.counts.entries())
		if (count > 0) { const item = element("span", "sev " + SEVERITIES[index], String(count)); item.title = SEVERITIES[index]; node.append(item, "  "); }
	return node;
};
const updateText = (group) => [...group.fixed].join(", ") || FIX_WORDS[group.fix];
const groupLine = (group) => {
	const line = element("div", "row group");
	const name = cell("", group.name);
	if (group.type) name.append(element("span", "faint", "  " + clean(group.type)));
	line.append(cell("", open.has(group.key) ? "▾" : "▸"), name, cell("faint", [...group.versions].join(", ")), countsCell(group), cell("num", group.rows.size.toLocaleString("en")));
	line.addEventListener("click", () => { if (!open.delete(group.key)) open.add(group.key); layout(); });
	return line;
};
const FIX_COLUMNS = [
	["Package", (g) => g.name],
	["Has", (g) => [...g.versions].join(", ")],
	["Update to", (g) => g.fix + updateText(g)],
	["Severities", (g) => g.counts.map((count) => String(999999 - count)).join()],
	["Blocking", (g) => -g.blocking, "num"],
	["Findings", (g) => -g.rows.size, "num"],
];
const fixLine = (group) => {
	const line = element("div", "row");
	const name = cell("", group.name);
	if (group.type) name.append(element("span", "faint", "  " + clean(group.type)));
	line.append(name, cell("faint", [...group.versions].join(", ")), cell(group.fix > 1 ? "faint" : "", updateText(group)), countsCell(group), cell("num class-" + (group.blocking > 0 ? "blocking" : ""), String(group.blocking)), cell("num", group.rows.size.toLocaleString("en")));
	for (const [index, text] of [[0, group.name], [1, [...group.versions].join(", ")], [2, updateText(group)]]) line.children[index].title = clean(text, 300);
	line.addEventListener("click", () => { state.text = at("search").value = group.name; choose("findings"); });
	return line;
};
const VIEWS = {
	findings: { columns: COLUMNS, lines: (found) => sorted(found, COLUMNS).map((row) => [findingLine, row]) },
	packages: {
		columns: COLUMNS,
		lines: (found) => grouped(found).sort(byWorst).flatMap((group) =>
			[[groupLine, group], ...(open.has(group.key) ? sorted([...group.rows], COLUMNS).map((row) => [findingLine, row]) : [])]),
	},
	fixes: {
		columns: FIX_COLUMNS,
		lines: (found) => sorted(grouped(found).sort((a, b) => (a.fix > 1) - (b.fix > 1) || b.blocking - a.blocking || byWorst(a, b)), FIX_COLUMNS).map((group) => [fixLine, group]),
	},
};
`;
