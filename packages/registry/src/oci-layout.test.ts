import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openOciLayout } from './oci-layout.ts';
import { sampleImage, writeLayout } from './testing.ts';

const temporary = () => mkdtemp(join(tmpdir(), 'unpacked-'));

describe('openOciLayout', () => {
	it('finds the one image of a directory', async () => {
		const image = sampleImage();
		const layout = await openOciLayout(await writeLayout(image), await temporary());
		expect(layout.root.digest).toBe(image.root.digest);
	});

	it.each([
		['tar', '-cf'],
		['gzipped tar', '-czf'],
	])('finds it in a %s', async (_what, flags) => {
		const image = sampleImage();
		const archive = join(await temporary(), 'image.tar');
		execFileSync('tar', [flags, archive, '-C', await writeLayout(image), '.']);
		const layout = await openOciLayout(archive, await temporary());
		expect(layout.root.bytes.equals(image.root.bytes)).toBe(true);
	});

	it.each([
		['tar', '-cf', 7000],
		['gzipped tar', '-czf', 200],
	])('names a %s that is cut short', async (_what, flags, length) => {
		const archive = join(await temporary(), 'image.tar');
		execFileSync('tar', [flags, archive, '-C', await writeLayout(sampleImage()), '.']);
		await truncate(archive, length);
		await expect(openOciLayout(archive, await temporary())).rejects.toThrow(`${archive}: it could not be unpacked`);
	});

	it('writes nothing of a tar that is no part of a layout', async () => {
		const directory = await writeLayout(sampleImage());
		await writeFile(join(directory, 'evil.sh'), 'rm');
		const archive = join(await temporary(), 'image.tar');
		execFileSync('tar', ['-cf', archive, '-C', directory, '--transform', 's,evil.sh,../evil.sh,', '.']);
		const target = await temporary();
		await openOciLayout(archive, target);
		const [unpacked = ''] = await readdir(target);
		expect((await readdir(join(target, unpacked))).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
	});

	it('refuses a manifest whose bytes are not its digest', async () => {
		const image = sampleImage();
		const directory = await writeLayout(image);
		await writeFile(join(directory, 'blobs', 'sha256', image.root.digest.slice(7)), '{}');
		await expect(openOciLayout(directory, await temporary())).rejects.toThrow('whose digest is');
	});

	it('says that a path is no layout, or is not there', async () => {
		await expect(openOciLayout(await temporary(), await temporary())).rejects.toThrow('is it an OCI image layout?');
		const gone = await temporary();
		await rm(gone, { recursive: true });
		await expect(openOciLayout(gone, tmpdir())).rejects.toThrow('no such file');
	});
});
