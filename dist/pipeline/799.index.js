export const id = 799;
export const ids = [799];
export const modules = {

/***/ 799:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readPolicyDigests: () => (/* binding */ readPolicyDigests)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var _ecr_pipeline_findings__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3752);
/* harmony import */ var _ecr_pipeline_findings__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9864);


/** The digest by which a verdict names a policy, as it holds for a repository. */
async function readPolicyDigests(path) {
    const policy = (0,_ecr_pipeline_findings__WEBPACK_IMPORTED_MODULE_1__/* .parsePolicy */ .O)(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(path, 'utf8'), path);
    return (repository) => (0,_ecr_pipeline_findings__WEBPACK_IMPORTED_MODULE_2__/* .policyDigest */ .p)((0,_ecr_pipeline_findings__WEBPACK_IMPORTED_MODULE_2__/* .effectivePolicy */ .C)(policy, repository));
}


/***/ })

};
