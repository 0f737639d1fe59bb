/** Shows all that is known of one finding beside the list. */
export const SCRIPT_DETAILS = String.raw`
const details = at("details");
let chosen;
const part = (title, ...nodes) => (nodes.length === 0 ? [] : [element("h3", "", title), ...nodes]);
const listOf = (items) => {
	const list = element("ul");
	for (const item of items) {
		const entry = element("li");
		entry.append(item);
		list.append(entry);
	}
	return list;
};
const linkTo = (url) => {
	if (!/^https?:\/\//i.test(url)) return element("code", "", clean(url));
	const link = element("a", "", clean(url));
	link.href = url;
	link.rel = "noopener noreferrer nofollow";
	link.target = "_blank";
	return link;
};
const packageNode = ([name, version, fixed, type, purl, path, layers]) => {
	const entry = element("div");
	entry.append(element("strong", "", clean((name + " " + version).trim())));
	if (fixed) entry.append(element("p", "", clean("fixed in " + fixed)));
	for (const text of [purl, path, shared[layers]]) if (text) entry.append(element("p", "mono faint", clean(text)));
	return entry;
};
const show = (row) => {
	chosen = row;
	details.hidden = row === undefined;
	if (row === undefined) return details.replaceChildren();
	const [title, description, ...links] = texts(row);
	const close = element("button", "close", "✕");
	close.title = "Close (Esc)";
	close.addEventListener("click", () => { show(undefined); draw(); });
	const severity = SEVERITIES[row.severity];
	const head = element("p");
	head.append(element("span", "sev " + severity, severity), row.given && row.given.toLowerCase() !== severity ? " given as " + clean(row.given) : "");
	const why = element("div", "why");
	why.append(element("strong", "class-" + CLASSES[row.end], CLASSES[row.end]), element("p", "mono", clean(row.rule)), element("p", "", clean(row.reason) + (row.tolerated ? " (tolerated by max)" : "")));
	const facts = [
		row.epss === null ? "" : "EPSS " + (row.epss * 100).toFixed(1) + " %",
		row.exploited ? "known to be exploited (CISA KEV)" : "",
		row.exploit ? "an exploit is available" : "",
		row.seen ? "first seen " + row.seen : "",
		row.platforms ? "on " + row.platforms : "",
	].filter(Boolean);
	details.replaceChildren(
		close,
		element("h2", "", clean(row.id)),
		head,
		...(title && title !== row.id ? [element("strong", "", clean(title))] : []),
		...(row.aliases ? [element("p", "faint", "also " + clean(row.aliases))] : []),
		...part("Why it ended here", why),
		...(row.packages.length > 0 ? part("Packages", listOf(row.packages.map(packageNode))) : []),
		...(facts.length > 0 ? part("Facts", listOf(facts.map(clean))) : []),
		...(description ? part("Description", element("p", "", clean(description))) : []),
		...(row.ratings ? part("CVSS", element("p", "mono", clean(row.ratings))) : []),
		...(links.length > 0 ? part("Links", listOf(links.map(linkTo))) : []),
	);
	details.scrollTop = 0;
};
`;
