import { createHash } from 'node:crypto';

const STYLE = `
	:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
	body { margin: 1.5rem auto; max-width: 84rem; padding: 0 1rem; }
	h1 { margin: 0; font-size: 1.4rem; }
	h2 { margin: 1.6rem 0 .3rem; font-size: 1.05rem; }
	h2 small, p.quiet { opacity: .65; font-weight: normal; }
	p.quiet { margin: .2rem 0; }
	table { border-collapse: collapse; width: 100%; }
	th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
	td { font-family: ui-monospace, monospace; font-size: .86rem; overflow-wrap: anywhere; }
	th { white-space: nowrap; }
	td.number { text-align: right; white-space: nowrap; }
	tr.failed td { color: #c33; }
	#log { max-height: 28rem; overflow: auto; }
`;

const SCRIPT = `
const SHOWN = 1000;
const byId = (id) => document.getElementById(id);
const element = (name, text, className) => Object.assign(document.createElement(name), { textContent: text ?? '', className: className ?? '' });
const row = (cells, className) => {
	const tr = element('tr', '', className);
	tr.append(...cells.map((cell) => element('td', cell, typeof cell === 'number' ? 'number' : '')));
	return tr;
};
const size = (bytes) => bytes < 1e6 ? (bytes / 1e3).toFixed(1) + ' kB' : (bytes / 1e6).toFixed(1) + ' MB';
const scanText = (scan) => scan ? [scan.status, ...Object.entries(scan.counts).map(([name, count]) => count + ' ' + name)].join(', ') : '';
const imageRow = (image) => row([
	image.tags.join(', '), image.digest, image.platform ?? image.mediaType.split('.').at(-1), size(image.bytes), image.pushedAt, scanText(image.scan),
]);
function repositoryView(registry, repository) {
	const section = element('section');
	const head = element('h2', repository.name + ' ');
	head.append(element('small', [repository.uri, registry.account, registry.region, repository.mutability].join(' · ')));
	section.append(head);
	if (repository.images.length === 0) section.append(element('p', 'no images', 'quiet'));
	else {
		const table = element('table');
		const titles = element('tr');
		titles.append(...['tags', 'digest', 'platform', 'size', 'pushed', 'scan'].map((title) => element('th', title)));
		table.append(titles, ...repository.images.map(imageRow));
		section.append(table);
	}
	return section;
}
let drawn = '';
function drawRegistries(registries) {
	// What a person has marked stays marked while nothing changes.
	const now = JSON.stringify(registries);
	if (now === drawn) return;
	drawn = now;
	const views = registries.flatMap((registry) => registry.repositories.map((repository) => repositoryView(registry, repository)));
	byId('registries').replaceChildren(...(views.length > 0 ? views : [element('p', 'no repositories', 'quiet')]));
}
const rows = new Map();
let since = 0;
function drawRequests(entries) {
	for (const entry of entries) {
		const where = [entry.account, entry.region].filter(Boolean).join(' / ');
		const tr = row([entry.id, entry.at.slice(11, 23), entry.operation, where, entry.repository, entry.status || '…', entry.ms, (entry.faults ?? []).join(', ')], entry.status >= 400 ? 'failed' : '');
		if (rows.has(entry.id)) rows.get(entry.id).replaceWith(tr);
		else byId('requests').prepend(tr);
		rows.set(entry.id, tr);
	}
	for (const [id, tr] of rows) {
		if (rows.size <= SHOWN) break;
		tr.remove();
		rows.delete(id);
	}
	// What is still under way is asked for again.
	const open = entries.find((entry) => entry.status === 0);
	since = open ? open.id - 1 : (entries.at(-1)?.id ?? since);
}
const ask = async (path) => (await fetch('/_local/' + path)).json();
async function refresh() {
	const state = await ask('state');
	// A server that was started anew counts from one.
	if (state.requests < since) {
		since = 0;
		rows.clear();
		byId('requests').replaceChildren();
	}
	byId('now').textContent = 'its clock: ' + state.now;
	byId('count').textContent = state.requests + ' so far' + (state.requests > SHOWN ? ', the last ' + SHOWN + ' shown' : '');
	drawRegistries(state.registries);
	drawRequests(await ask('requests?since=' + Math.max(since, state.requests - SHOWN)));
}
const loop = () => refresh().catch((error) => { byId('now').textContent = 'no answer: ' + error.message; }).finally(() => setTimeout(loop, 1000));
loop();
`;

/**
 * The page of `/_local`: what is there, and what is asked, as it happens. It loads nothing from elsewhere, and puts every
 * name into the document as text: tags and paths come from whoever pushes.
 */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>local-ecr</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<h1>local-ecr</h1>
<p class="quiet" id="now"></p>
<main id="registries"></main>
<h2>Requests <small id="count"></small></h2>
<div id="log"><table><thead><tr><th>#<th>at<th>operation<th>account / region<th>repository<th>status<th>ms<th>faults<tbody id="requests"></table></div>
<script>${SCRIPT}</script>
</html>
`;

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Only the page's own script and style count, whatever should find its way into it. */
export const PAGE_POLICY = [
	"default-src 'none'",
	"connect-src 'self'",
	'img-src data:',
	`script-src ${hashOf(SCRIPT)}`,
	`style-src ${hashOf(STYLE)}`,
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join('; ');
