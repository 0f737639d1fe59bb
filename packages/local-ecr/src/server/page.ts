/**
 * The page of `/_local`: what is there, and what is asked, as it happens. It loads nothing from elsewhere, and puts every
 * name into the document as text: tags and paths come from whoever pushes.
 */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>local-ecr</title>
<style>
	:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
	body { margin: 1.5rem auto; max-width: 76rem; padding: 0 1rem; }
	h2 { margin: 1.5rem 0 .3rem; font-size: 1.05rem; }
	h2 small, td.quiet, p.quiet { opacity: .65; font-weight: normal; }
	table { border-collapse: collapse; width: 100%; }
	th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
	td, code { font-family: ui-monospace, monospace; font-size: .86rem; overflow-wrap: anywhere; }
	tr.failed td { color: #c33; }
	#log { max-height: 28rem; overflow: auto; }
</style>
<h1>local-ecr</h1>
<p class="quiet" id="now"></p>
<main id="registries"></main>
<h2>Requests <small id="count"></small></h2>
<div id="log"><table><thead><tr><th>#<th>operation<th>account / region<th>repository<th>status<th>ms<th>faults<tbody id="requests"></table></div>
<script>
const byId = (id) => document.getElementById(id);
const element = (name, text, className) => Object.assign(document.createElement(name), { textContent: text ?? '', className: className ?? '' });
const row = (cells, className) => {
	const tr = element('tr', '', className);
	tr.append(...cells.map((cell) => element('td', cell)));
	return tr;
};
const size = (bytes) => bytes < 1e6 ? (bytes / 1e3).toFixed(1) + ' kB' : (bytes / 1e6).toFixed(1) + ' MB';
const scanText = (scan) => scan ? [scan.status, ...Object.entries(scan.counts).map(([name, count]) => count + ' ' + name)].join(', ') : '';
function repositoryView(registry, repository) {
	const head = element('h2', repository.name + ' ');
	head.append(element('small', [repository.uri, registry.account, registry.region, repository.mutability].join(' · ')));
	const table = element('table');
	const titles = element('tr');
	titles.append(...['tags', 'digest', 'platform', 'size', 'pushed', 'scan'].map((title) => element('th', title)));
	table.append(titles, ...repository.images.map((image) => row([
		image.tags.join(', '), image.digest, image.platform ?? image.mediaType.split('.').at(-1), size(image.bytes), image.pushedAt, scanText(image.scan),
	])));
	return repository.images.length > 0 ? [head, table] : [head, element('p', 'no images', 'quiet')];
}
const known = new Map();
let since = 0;
async function refresh() {
	const [state, entries] = await Promise.all(['state', 'requests?since=' + since].map(async (path) => (await fetch('/_local/' + path)).json()));
	byId('now').textContent = 'its clock: ' + state.now;
	byId('registries').replaceChildren(...state.registries.flatMap((registry) => registry.repositories.flatMap((repository) => repositoryView(registry, repository))));
	for (const entry of entries) {
		const tr = row([entry.id, entry.operation, [entry.account, entry.region].filter(Boolean).join(' / '), entry.repository, entry.status || '…', entry.ms, (entry.faults ?? []).join(', ')], entry.status >= 400 ? 'failed' : '');
		if (known.has(entry.id)) known.get(entry.id).replaceWith(tr);
		else byId('requests').prepend(tr);
		known.set(entry.id, tr);
	}
	// What is still under way is asked for again.
	const open = entries.find((entry) => entry.status === 0);
	since = open ? open.id - 1 : (entries.at(-1)?.id ?? since);
	byId('count').textContent = known.size;
}
const loop = () => refresh().catch((error) => { byId('now').textContent = 'no answer: ' + error.message; }).finally(() => setTimeout(loop, 1000));
loop();
</script>
`;
