export const id = 439;
export const ids = [439];
export const modules = {

/***/ 1439:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   attach: () => (/* binding */ attach)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var _ecr_pipeline_ecr__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3879);
/* harmony import */ var _ecr_pipeline_ecr__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9873);


/** Pushes the verdict file, byte for byte, as a referrer of the image. @returns the digest of the referrer */
async function attach(attachment, context) {
    const { digest, verdictFile, now, registry, repository } = attachment;
    const registries = await (0,_ecr_pipeline_ecr__WEBPACK_IMPORTED_MODULE_1__/* .openRegistries */ .c)(context);
    const place = registries.complete({ ...(registry === undefined ? {} : { registry }), repository, digest });
    const target = await registries.repository(place);
    const referrer = await (0,_ecr_pipeline_ecr__WEBPACK_IMPORTED_MODULE_2__/* .attachVerdict */ .X)(target, digest, await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(verdictFile, 'utf8'), now);
    context.log.info(`The verdict is attached to ${target.name}@${digest} as ${referrer}.`);
    return referrer;
}


/***/ })

};
