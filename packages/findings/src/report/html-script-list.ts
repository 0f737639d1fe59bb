/** The list: only the lines that can be seen are in the page, however many there are. */
export const SCRIPT_LIST = `
const HEIGHT = 34;
const list = at("list");
let shownLines = [];
let found = [];
const draw = () => {
	const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 10);
	const last = Math.min(shownLines.length, Math.ceil((list.scrollTop + list.clientHeight) / HEIGHT) + 10);
	at("rows").style.top = first * HEIGHT + "px";
	at("rows").replaceChildren(...shownLines.slice(first, last).map(([line, item], index) => {
		const node = line(item);
		node.setAttribute("role", "row");
		node.ariaRowIndex = String(first + index + 2);
		for (const child of node.children) child.setAttribute("role", "cell");
		return node;
	}));
};
const layout = () => {
	shownLines = VIEWS[state.view].lines(found);
	at("space").style.height = shownLines.length * HEIGHT + "px";
	at("empty").hidden = shownLines.length > 0;
	at("empty").textContent = rows.length === 0 ? "Nothing was found in this image." : "Nothing matches these filters.";
	list.ariaRowCount = String(shownLines.length + 1);
	draw();
};
const filter = () => {
	found = matching();
	const packages = state.view === "findings" ? "" : " in " + grouped(found).length.toLocaleString("en") + " packages";
	at("count").textContent = found.length.toLocaleString("en") + " of " + rows.length.toLocaleString("en") + " findings" + packages;
	layout();
};
const drawColumns = () => {
	const { column, down } = state.sort[state.view] ?? {};
	at("columns").replaceChildren(...VIEWS[state.view].columns.map(([name, , className], index) => {
		const button = element("button", className, name + (index === column ? (down ? " ↓" : " ↑") : ""));
		button.setAttribute("role", "columnheader");
		if (index === column) button.dataset.sorted = "";
		button.ariaSort = index === column ? (down ? "descending" : "ascending") : "none";
		button.addEventListener("click", () => {
			state.sort[state.view] = { column: index, down: index === column && !down };
			drawColumns();
			layout();
		});
		return button;
	}));
};
const choose = (view) => {
	state.view = view;
	list.className = view;
	list.scrollTop = 0;
	for (const tab of document.querySelectorAll("[role=tab]")) tab.ariaSelected = String(tab.dataset.view === view);
	drawColumns();
	filter();
};
const move = (step) => {
	const places = shownLines.flatMap(([line, item], index) => (line === findingLine ? [[item, index]] : []));
	const now = places.findIndex(([item]) => item === chosen);
	const next = places[Math.min(places.length - 1, Math.max(0, now + step))];
	if (next === undefined) return;
	show(next[0]);
	const top = next[1] * HEIGHT;
	if (top < list.scrollTop) list.scrollTop = top;
	if (top + 2 * HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + 3 * HEIGHT - list.clientHeight;
	draw();
};
const changed = (key, read) => (event) => { state[key] = read(event.target); list.scrollTop = 0; filter(); };
let pause;
at("search").addEventListener("input", (event) => {
	clearTimeout(pause);
	pause = setTimeout(() => changed("text", (input) => input.value)(event), 150);
});
at("class").addEventListener("change", changed("end", (input) => input.value));
at("fixable").addEventListener("change", changed("fixable", (input) => input.checked));
at("fresh").addEventListener("change", changed("fresh", (input) => input.checked));
at("fresh").parentNode.hidden = !hasBaseline;
for (const chip of document.querySelectorAll("[data-severity]"))
	chip.addEventListener("click", () => {
		const severity = SEVERITIES.indexOf(chip.dataset.severity);
		if (!state.severities.delete(severity)) state.severities.add(severity);
		chip.ariaPressed = String(state.severities.has(severity));
		list.scrollTop = 0;
		filter();
	});
for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => choose(tab.dataset.view));
let isDue = false;
list.addEventListener("scroll", () => {
	if (isDue) return;
	isDue = true;
	requestAnimationFrame(() => { isDue = false; draw(); });
});
addEventListener("resize", draw);
addEventListener("keydown", (event) => {
	const isTyping = /^(INPUT|SELECT)$/.test(document.activeElement?.tagName ?? "");
	if (event.key === "/" && !isTyping) { event.preventDefault(); at("search").focus(); }
	else if (event.key === "Escape") { show(undefined); draw(); }
	else if (!isTyping && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
});
state.end = at("class").value;
choose("findings");
`;
