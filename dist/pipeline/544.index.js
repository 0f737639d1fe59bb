export const id = 544;
export const ids = [544];
export const modules = {

/***/ 7544:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  readReleaseList: () => (/* binding */ readReleaseList)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./packages/core/lib/reference.js
var reference = __webpack_require__(2696);
// EXTERNAL MODULE: ./packages/core/lib/errors.js
var errors = __webpack_require__(7706);
// EXTERNAL MODULE: ./packages/findings/lib/schema-check.js + 1 modules
var schema_check = __webpack_require__(4093);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
// EXTERNAL MODULE: ./actions/promote-by-digest/lib/inputs.js
var inputs = __webpack_require__(224);
;// CONCATENATED MODULE: ./actions/promote-by-digest/lib/release-list-schema.js
/** A release list: many images to many places in one run. Published as schemas/release-list.schema.json. */
const RELEASE_LIST_SCHEMA = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Release list of promote-by-digest',
    description: 'Images that are promoted together: no tag of any of them is set before all of them are whole.',
    type: 'object',
    required: ['version', 'images'],
    additionalProperties: false,
    properties: {
        version: { const: 1 },
        images: {
            type: 'array',
            minItems: 1,
            items: {
                type: 'object',
                required: ['image', 'to'],
                additionalProperties: false,
                properties: {
                    image: {
                        type: 'string',
                        pattern: '^[^@\\s]+@sha256:[0-9a-f]{64}$',
                        description: '[registry/]repository@sha256:…',
                    },
                    to: {
                        type: 'array',
                        minItems: 1,
                        description: 'Destinations: [registry/]repository.',
                        items: { type: 'string', minLength: 1 },
                    },
                    tags: {
                        type: 'array',
                        description: 'Tags set at each destination.',
                        items: {
                            type: 'string',
                            pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$',
                            description: 'a tag of at most 128 characters of A-Z a-z 0-9 _ . -',
                        },
                    },
                    'verdict-file': {
                        type: 'string',
                        minLength: 1,
                        description: 'The verdict of this image; a path in the workspace.',
                    },
                },
            },
        },
    },
};

;// CONCATENATED MODULE: ./actions/promote-by-digest/lib/release-list.js







/**
 * Reads a release list, YAML or JSON.
 * @throws one error that lists everything that is wrong in it, with lines
 */
async function readReleaseList(path, env) {
    const lines = new dist/* LineCounter */.HN();
    const document = (0,dist/* parseDocument */.Tp)(await (0,promises_.readFile)(path, 'utf8'), { lineCounter: lines, version: '1.2' });
    const [broken] = document.errors;
    if (broken !== undefined)
        throw wrong(path, [broken.message.split('\n')[0] ?? 'it is not YAML']);
    const lineOf = (keys) => {
        const node = document.getIn(keys, true);
        return lines.linePos(node?.range?.[0] ?? 0).line;
    };
    const value = document.toJS();
    const problems = (0,schema_check/* schemaProblems */.I)(RELEASE_LIST_SCHEMA, value);
    if (problems.length > 0)
        throw wrong(path, problems.map((problem) => sentence(problem, lineOf)));
    const found = [];
    const parsed = (text, keys, parse) => {
        const result = parse(text);
        if (typeof result !== 'string')
            return [result];
        found.push(`line ${lineOf(keys)}: "${text}": ${result}`);
        return [];
    };
    const releases = value.images.flatMap(({ image, to, tags = [], 'verdict-file': verdict }, index) => {
        const destinations = to.flatMap((text, place) => parsed(text, ['images', index, 'to', place], inputs/* parsePlace */.D));
        return parsed(image, ['images', index, 'image'], parseImage).map((reference) => ({
            image: reference,
            destinations,
            tags: [...new Set(tags)],
            ...(verdict === undefined ? {} : { verdictFile: (0,external_node_path_.resolve)(env.GITHUB_WORKSPACE || '.', verdict) }),
        }));
    });
    if (found.length > 0)
        throw wrong(path, found);
    return releases;
}
function parseImage(text) {
    const parsed = (0,reference/* parseImageReference */.o_)(text);
    return 'problem' in parsed ? `it ${parsed.problem}` : parsed;
}
function sentence({ path, keys, expected, seen }, lineOf) {
    const line = lineOf(seen === undefined ? keys.slice(0, -1) : keys);
    const given = typeof seen === 'string' || typeof seen === 'number' ? `; it is "${seen}"` : '';
    return `line ${line}: ${path === '' ? 'the file' : path} should be ${expected}${given}`;
}
function wrong(path, problems) {
    return new errors/* PipelineError */.z({
        code: 'invalid-input',
        attempted: `The release list ${path} cannot be used`,
        answer: problems.join('\n'),
        fix: 'Its keys are described in schemas/release-list.schema.json. Nothing has been changed.',
    });
}


/***/ })

};
