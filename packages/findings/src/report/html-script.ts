import { SCRIPT_DATA } from './html-script-data.ts';
import { SCRIPT_DETAILS } from './html-script-details.ts';
import { SCRIPT_LIST } from './html-script-list.ts';
import { SCRIPT_VIEWS } from './html-script-views.ts';

// The report's own script. The page's policy allows it by its hash and nothing else, so text of findings can never run,
// whatever it holds; and the script puts all of it on the page as text.

/** What runs in the report. */
export const SCRIPT = `"use strict";
(() => {
${SCRIPT_DATA}
${SCRIPT_DETAILS}
${SCRIPT_VIEWS}
${SCRIPT_LIST}
})();
`;
