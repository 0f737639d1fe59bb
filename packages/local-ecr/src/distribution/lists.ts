import { OCI_INDEX } from '../registry/manifest.ts';
import { referrersOf } from '../registry/referrers.ts';
import { enter, type RegistryContext } from './context.ts';
import { DistributionError } from './errors.ts';

const PAGE = 1000;

/** Tags in lexical order, `n` at a time, from after `last` on (distribution-spec, "Listing Tags"). */
export function listTags(c: RegistryContext): Response {
	const repository = enter(c, 'ListTags', 'ListImages');
	const { n, last = '' } = c.req.query();
	const count = n === undefined ? PAGE : Number(n);
	if (!Number.isInteger(count) || count < 0)
		throw new DistributionError('PAGINATION_NUMBER_INVALID', 400, `n must be a whole number, not '${n}'`);
	const rest = [...repository.tags.keys()].sort().filter((tag) => tag > last);
	const tags = rest.slice(0, count);
	if (tags.length > 0 && rest.length > tags.length) {
		const query = new URLSearchParams({ n: String(count), last: tags.at(-1) ?? '' });
		c.header('link', `</v2/${repository.name}/tags/list?${query}>; rel="next"`);
	}
	return c.json({ name: repository.name, tags });
}

export function listReferrers(c: RegistryContext): Response {
	const repository = enter(c, 'ListReferrers', 'BatchGetImage');
	const digest = c.req.param('digest') ?? '';
	if (!/^[a-z0-9]+:[0-9a-f]{32,}$/.test(digest))
		throw new DistributionError('DIGEST_INVALID', 400, `'${digest}' is not a digest`);
	const { artifactType } = c.req.query();
	const all = referrersOf(repository, digest);
	const manifests = artifactType === undefined ? all : all.filter((one) => one.artifactType === artifactType);
	if (artifactType !== undefined) c.header('oci-filters-applied', 'artifactType');
	return c.body(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }), 200, {
		'content-type': OCI_INDEX,
	});
}
