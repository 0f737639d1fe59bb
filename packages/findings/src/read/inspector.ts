import { defined } from '../finding.ts';
import { mergeByPlatform } from '../findings.ts';
import { asObject, refuse } from '../shape.ts';
import { unknownList } from './answer.ts';
import { inspectorFinding } from './ecr-enhanced.ts';
import type { FormatReader } from './format.ts';
import { imageOfFinding } from './inspector-image.ts';
import { formatPath } from './json-path.ts';
import { pagesOf, refuseMissingPages } from './pages.ts';

/** The answer of Inspector's ListFindings, or all pages of it in a list. */
export function openInspector(): FormatReader {
	const platforms = new Map<string, string>();
	let repository: string | undefined;
	return {
		read(item, list, index) {
			const path = `${formatPath(list)}[${index}]`;
			if (list.length > 2 || list.at(-1) !== 'findings') throw unknownList(list);
			const source = asObject(item, path);
			if (!('findingArn' in source)) throw refuse(path, "one of Inspector's, with a findingArn", source);
			const image = imageOfFinding(source, path);
			platforms.set(image.digest, image.platform);
			repository ??= image.repository;
			return inspectorFinding(source, image.platform, path);
		},
		finish({ document }, findings) {
			refuseMissingPages(pagesOf(document));
			if (platforms.size === 0)
				throw refuse('findings', "at least one: Inspector's empty answer does not say for which image it holds", []);
			if (platforms.size > 1) throw refuse('findings', 'of one image', [...platforms.keys()].join(', '));
			return {
				format: 'inspector',
				scanType: 'inspector',
				digests: [...platforms.keys()],
				...defined('repository', repository),
				platforms: [...platforms].map(([digest, platform]) => ({ platform, digest, status: 'complete' })),
				findings: mergeByPlatform(findings.map((finding) => [finding])),
				notes: [],
			};
		},
	};
}
