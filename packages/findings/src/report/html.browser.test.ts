import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { htmlReport } from './html.ts';
import { everywhere, HOSTILE, HOSTILE_TEXTS, material, vulnerability } from './material.fixture.ts';
import type { ReportMaterial } from './material.ts';

// Any Chromium of the machine: Debian's, Ubuntu's, or the Chrome of GitHub's runners.
const CHROMIUM = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome-stable',
	'/usr/bin/google-chrome',
].find(existsSync);
const inBrowser = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) console.warn('Skipped: no Chromium is installed, so the HTML report is not opened in one.');

inBrowser('the HTML report in a browser', () => {
	let browser: Browser;
	const directory = mkdtempSync(join(tmpdir(), 'report-'));

	beforeAll(async () => {
		browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
	}, 60_000);
	afterAll(async () => {
		await browser.close();
		rmSync(directory, { recursive: true });
	});

	/** Opens a report and watches for everything that it must not do. */
	async function opened(from: ReportMaterial) {
		const file = join(directory, `${Math.random()}.html`);
		writeFileSync(file, [...htmlReport(from)].join(''));
		const page = await browser.newPage();
		const incidents: string[] = [];
		page.on('dialog', async (dialog) => {
			incidents.push(`dialog ${dialog.message()}`);
			await dialog.dismiss();
		});
		page.on('request', (request) => {
			if (request.url() !== `file://${file}`) incidents.push(`request ${request.url()}`);
		});
		page.on('console', (message) => incidents.push(`console ${message.text()}`));
		page.on('pageerror', (error) => incidents.push(`error ${error.message}`));
		await page.goto(`file://${file}`);
		await page.waitForSelector('#count:not(:empty)');
		return { page, incidents };
	}
	const ids = (page: Page) => page.locator('#rows .row .mono').allTextContents();
	const count = (page: Page) => page.locator('#count').textContent();

	it('runs nothing of hostile text, wherever it stands, and asks nothing of any network', async () => {
		const findings = HOSTILE_TEXTS.map((text, index) => everywhere(`${index}${text}`));
		const from = material(findings, { ignore: [{ id: `0${HOSTILE}`, reason: HOSTILE, expires: '2030-01-01' }] });
		const { page, incidents } = await opened({ ...from, image: `${HOSTILE}@sha256:1`, scanType: HOSTILE });
		for (const view of ['packages', 'fixes', 'findings']) {
			await page.click(`[data-view=${view}]`);
			expect(await page.locator('#rows .row').count()).toBeGreaterThan(0);
		}
		await page.selectOption('#class', '');
		for (let row = 0; row < HOSTILE_TEXTS.length; row += 1) {
			await page.locator('#rows .row').nth(row).click();
			expect(await page.locator('#details h2').textContent()).not.toBe('');
		}
		expect(await page.locator('#details a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toEqual(
			expect.not.arrayContaining([expect.stringMatching(/^(?!https?:)/)]),
		);
		expect(await page.evaluate(() => 'owned' in globalThis)).toBe(false);
		expect(await page.locator('script, iframe, img, svg:not(.bar)').count()).toBe(3);
		expect(incidents).toEqual([]);
	}, 60_000);

	it('has only the lines that can be seen in the page, and reaches the last of 100,000', async () => {
		const many = Array.from({ length: 100_000 }, (_, index) => vulnerability(`CVE-2026-${100_000 + index}`));
		const { page, incidents } = await opened(material(many));
		expect(await count(page)).toBe('100,000 of 100,000 findings');
		expect(await page.locator('#rows .row').count()).toBeLessThan(100);
		await page.locator('#list').evaluate((list) => {
			list.scrollTop = list.scrollHeight;
		});
		await page.getByText('CVE-2026-199999').waitFor();
		expect(await page.locator('#rows .row').count()).toBeLessThan(100);
		await page.fill('#search', '2026-15432');
		await page.getByText('10 of 100,000 findings').waitFor();
		expect(await ids(page)).toHaveLength(10);
		expect(incidents).toEqual([]);
	}, 120_000);

	it('sorts, filters, searches in texts, groups by package, and lists the fixes', async () => {
		const one = { ...vulnerability('CVE-2026-1', 'openssl'), epss: 0.5, description: 'Overflow in the parser' };
		const two = { ...vulnerability('CVE-2026-2', 'zlib'), severity: 'critical' as const, fix: 'none' as const };
		const three = { ...vulnerability('CVE-2026-3', 'openssl'), severity: 'low' as const };
		const { page, incidents } = await opened(material([one, { ...two, packages: [] }, three]));
		expect(await ids(page)).toEqual(['CVE-2026-2', 'CVE-2026-1']);
		await page.selectOption('#class', '');
		expect(await ids(page)).toEqual(['CVE-2026-2', 'CVE-2026-1', 'CVE-2026-3']);
		await page.getByRole('columnheader', { name: 'Finding' }).click();
		await page.getByRole('columnheader', { name: 'Finding' }).click();
		expect(await ids(page)).toEqual(['CVE-2026-3', 'CVE-2026-2', 'CVE-2026-1']);
		await page.getByRole('columnheader', { name: 'EPSS' }).click();
		expect((await ids(page))[0]).toBe('CVE-2026-1');
		await page.check('#fixable');
		expect(await ids(page)).toEqual(['CVE-2026-1', 'CVE-2026-3']);
		await page.click('[data-severity=low]');
		expect(await ids(page)).toEqual(['CVE-2026-3']);
		await page.click('[data-severity=low]');
		await page.uncheck('#fixable');
		await page.fill('#search', 'PARSER overflow');
		await page.getByText('1 of 3 findings').waitFor();
		expect(await ids(page)).toEqual(['CVE-2026-1']);
		await page.fill('#search', '');
		await page.getByText('3 of 3 findings').waitFor();
		await page.click('[data-view=packages]');
		expect(await count(page)).toBe('3 of 3 findings in 2 packages');
		await page.locator('.group', { hasText: 'openssl' }).click();
		expect(await ids(page)).toEqual(['CVE-2026-1', 'CVE-2026-3']);
		await page.click('[data-view=fixes]');
		expect(await page.locator('#rows .row').first().locator('> span').allTextContents()).toEqual([
			'openssl',
			'openssl',
			'openssl',
			'1  1  ',
			'1',
			'2',
		]);
		expect(incidents).toEqual([]);
	}, 60_000);

	it('is walked through by keys, and shows why a finding ended where it did', async () => {
		const { page } = await opened(material([vulnerability('CVE-2026-1', 'openssl'), vulnerability('CVE-2026-2')]));
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		expect(await page.locator('#details h2').textContent()).toBe('CVE-2026-2');
		expect(await page.locator('#details .why > *').allTextContents()).toEqual([
			'blocking',
			'block.severity',
			'severity high',
		]);
		await page.keyboard.press('Escape');
		expect(await page.locator('#details').isVisible()).toBe(false);
	}, 60_000);
});
