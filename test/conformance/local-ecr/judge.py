"""Drives local-ecr with boto3 and lets AWS's own service model judge every answer.

Usage: judge.py ENDPOINT  (the credentials and the region come from the environment)
Prints one JSON object: for each service every way in which an answer breaks its model, and for each operation of the model
whether it was answered, which of its exceptions came about by themselves, and which were played by a fault.
"""

import hashlib
import json
import os
import sys
import urllib.request

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def breaks(shape, value, path):
    """How a piece of JSON breaks the shape that the service model has for it."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path}: not an object"]
        unknown = [f"{path}.{name}: unknown member" for name in value if name not in shape.members]
        absent = [f"{path}.{name}: required" for name in shape.required_members if name not in value]
        inner = [b for name, member in shape.members.items() if name in value
                 for b in breaks(member, value[name], f"{path}.{name}")]
        return unknown + absent + inner
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path}: not a list"]
        return [b for index, one in enumerate(value) for b in breaks(shape.member, one, f"{path}[{index}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path}: not a map"]
        return [b for key, one in value.items() for b in breaks(shape.value, one, f"{path}.{key}")]
    if kind == "string":
        if not isinstance(value, str):
            return [f"{path}: not text"]
        allowed = getattr(shape, "enum", [])
        return [f"{path}: {value} is not one of {allowed}"] if allowed and value not in allowed else []
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{path}: not a boolean"]
    if kind in ("integer", "long"):
        return [] if isinstance(value, int) and not isinstance(value, bool) else [f"{path}: not a whole number"]
    if kind in ("timestamp", "float", "double"):
        return [] if isinstance(value, (int, float)) and not isinstance(value, bool) else [f"{path}: not a number"]
    return []


class Judge:
    """A client of one service, and the record of what it saw."""

    def __init__(self, service, endpoint):
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=True)
        self.client = boto3.client(service, endpoint_url=endpoint, config=config)
        # What the SDK would not send, the service must refuse by itself.
        careless = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
        self.careless = boto3.client(service, endpoint_url=endpoint, config=careless)
        self.model = self.client.meta.service_model
        self.names = {xform_name(name): name for name in self.model.operation_names}
        self.answered, self.natural, self.problems = set(), {}, []
        self.client.meta.events.register("before-parse", self.judge)

    def judge(self, operation_model, response_dict, **_):
        if response_dict["status_code"] >= 300:
            return
        self.answered.add(operation_model.name)
        if operation_model.output_shape is not None and self.model.metadata["protocol"] != "query":
            body = json.loads(response_dict["body"] or b"{}")
            self.problems += breaks(operation_model.output_shape, body, operation_model.name)

    def call(self, operation, **parameters):
        answer = getattr(self.client, operation)(**parameters)
        answer.pop("ResponseMetadata")
        return answer

    def refuses(self, name, operation, **parameters):
        """The parser of the SDK must raise exactly this class of its own model."""
        raised = self.raised_by(self.client, operation, parameters)
        if raised != name:
            self.problems.append(f"{operation}: {raised} instead of {name}")
        elif name not in modelled_by(self.model, self.names[operation]):
            self.problems.append(f"{operation}: {name} is not of its model")
        else:
            self.natural.setdefault(self.names[operation], set()).add(name)

    def refuses_carelessly(self, operation, parameters):
        """What is wrong may be refused by any exception that the model gives the operation, and by no other."""
        raised = self.raised_by(self.careless, operation, parameters)
        name = self.names[operation]
        if raised in modelled_by(self.model, name):
            self.natural.setdefault(name, set()).add(raised)
        elif raised != "nothing":
            self.problems.append(f"{operation}({parameters}): {raised} is not of its model")

    @staticmethod
    def raised_by(client, operation, parameters):
        try:
            getattr(client, operation)(**parameters)
            return "nothing"
        except ClientError as error:
            return type(error).__name__ if type(error) is not ClientError else error.response["Error"]["Code"]


def modelled_by(model, operation):
    return {shape.name for shape in model.operation_model(operation).error_shapes}


def manifest_of(config, layer, **more):
    def descriptor(media_type, data):
        return {"mediaType": media_type, "digest": sha256(data), "size": len(data)}
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG_TYPE, config),
                       "layers": [descriptor(LAYER_TYPE, layer)], **more})


def upload(judge, repository, data):
    name = {"repositoryName": repository}
    upload_id = judge.call("initiate_layer_upload", **name)["uploadId"]
    judge.call("upload_layer_part", **name, uploadId=upload_id, partFirstByte=0, partLastByte=len(data) - 1,
               layerPartBlob=data)
    judge.call("complete_layer_upload", **name, uploadId=upload_id, layerDigests=[sha256(data)])


def repositories(judge):
    app = {"repositoryName": "judged/app"}
    created = judge.call("create_repository", **app, imageScanningConfiguration={"scanOnPush": True},
                         encryptionConfiguration={"encryptionType": "KMS"}, tags=[{"Key": "by", "Value": "judge"}])
    arn = created["repository"]["repositoryArn"]
    judge.call("describe_repositories", repositoryNames=["judged/app"])
    judge.call("tag_resource", resourceArn=arn, tags=[{"Key": "a", "Value": "b"}])
    judge.call("untag_resource", resourceArn=arn, tagKeys=["a"])
    judge.call("list_tags_for_resource", resourceArn=arn)
    judge.call("put_image_tag_mutability", **app, imageTagMutability="MUTABLE")
    judge.call("put_image_scanning_configuration", **app, imageScanningConfiguration={"scanOnPush": False})
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]})
    judge.call("set_repository_policy", **app, policyText=policy)
    judge.call("get_repository_policy", **app)
    judge.call("delete_repository_policy", **app)
    lifecycle = json.dumps({"rules": [{"rulePriority": 1, "description": "few", "selection": {
        "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]})
    judge.call("put_lifecycle_policy", **app, lifecyclePolicyText=lifecycle)
    judge.call("get_lifecycle_policy", **app)
    judge.call("delete_lifecycle_policy", **app)
    judge.call("describe_registry")
    judge.call("get_registry_scanning_configuration")
    judge.call("put_registry_scanning_configuration", scanType="BASIC", rules=[])
    judge.call("batch_get_repository_scanning_configuration", repositoryNames=["judged/app", "judged/none"])
    judge.call("get_authorization_token")
    judge.refuses("RepositoryAlreadyExistsException", "create_repository", **app)
    judge.refuses("RepositoryNotFoundException", "list_images", repositoryName="judged/none")
    judge.refuses("RepositoryPolicyNotFoundException", "get_repository_policy", **app)
    judge.refuses("LifecyclePolicyNotFoundException", "get_lifecycle_policy", **app)
    return arn, lifecycle


def images(judge, lifecycle, advance):
    app = {"repositoryName": "judged/app"}
    config = json.dumps({"os": "linux", "architecture": "amd64"}).encode()
    layer = b"a layer of the judge"
    text = manifest_of(config, layer)
    first = {"imageDigest": sha256(text.encode())}
    put = {**app, "imageManifest": text, "imageTag": "v1"}
    judge.refuses("LayersNotFoundException", "put_image", **put)
    for blob in (config, layer):
        upload(judge, "judged/app", blob)
    judge.call("batch_check_layer_availability", **app, layerDigests=[sha256(layer), "sha256:00", "none"])
    judge.refuses("LayersNotFoundException", "get_download_url_for_layer", **app, layerDigest="sha256:" + "0" * 64)
    judge.refuses("LayerInaccessibleException", "get_download_url_for_layer", **app, layerDigest=sha256(layer))
    judge.call("put_image", **put)
    judge.call("get_download_url_for_layer", **app, layerDigest=sha256(layer))
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        {"mediaType": MANIFEST, "digest": first["imageDigest"], "size": len(text)}]})
    judge.call("put_image", **app, imageManifest=index, imageTag="multi")
    signature = manifest_of(config, layer, artifactType="application/x.signature", annotations={"by": "judge"}, subject={
        "mediaType": MANIFEST, "digest": first["imageDigest"], "size": len(text)})
    judge.call("put_image", **app, imageManifest=signature)
    judge.call("list_image_referrers", **app, subjectId=first)
    judge.call("list_images", **app)
    judge.call("describe_images", **app)
    judge.call("batch_get_image", **app, imageIds=[{"imageTag": "v1"}, {"imageTag": "none"}])
    refused_images(judge, app, put, layer, index)
    scans(judge, app, first)
    judge.refuses("LifecyclePolicyPreviewNotFoundException", "get_lifecycle_policy_preview", **app)
    judge.call("start_lifecycle_policy_preview", **app, lifecyclePolicyText=lifecycle)
    judge.refuses("LifecyclePolicyPreviewInProgressException", "start_lifecycle_policy_preview", **app,
                  lifecyclePolicyText=lifecycle)
    advance(60)
    judge.call("get_lifecycle_policy_preview", **app)
    judge.refuses("RepositoryNotEmptyException", "delete_repository", **app)
    judge.call("batch_delete_image", **app, imageIds=[{"imageTag": "multi"}, {"imageTag": "none"}])
    judge.call("delete_repository", **app, force=True)


def refused_images(judge, app, put, layer, index):
    judge.refuses("ImageAlreadyExistsException", "put_image", **put)
    judge.refuses("ImageDigestDoesNotMatchException", "put_image", **{**put, "imageDigest": "sha256:" + "0" * 64})
    judge.call("put_image_tag_mutability", **app, imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
               imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev-*"}])
    judge.refuses("ImageTagAlreadyExistsException", "put_image", **app, imageManifest=index, imageTag="v1")
    orphan = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        {"mediaType": MANIFEST, "digest": "sha256:" + "1" * 64, "size": 1}]})
    judge.refuses("ReferencedImagesNotFoundException", "put_image", **app, imageManifest=orphan, imageTag="x")
    judge.refuses("InvalidParameterException", "put_image", **app, imageManifest="{", imageTag="x")
    judge.refuses("ImageNotFoundException", "describe_images", **app, imageIds=[{"imageTag": "none"}])
    again = judge.call("initiate_layer_upload", **app)["uploadId"]
    part = {"uploadId": again, "partFirstByte": 0, "partLastByte": len(layer) - 1, "layerPartBlob": layer}
    judge.refuses("EmptyUploadException", "complete_layer_upload", **app, uploadId=again, layerDigests=[sha256(layer)])
    judge.refuses("InvalidLayerPartException", "upload_layer_part", **app,
                  **{**part, "partFirstByte": 5, "partLastByte": len(layer) + 4})
    judge.call("upload_layer_part", **app, **part)
    judge.refuses("LayerAlreadyExistsException", "complete_layer_upload", **app, uploadId=again,
                  layerDigests=[sha256(layer)])
    judge.refuses("UploadNotFoundException", "complete_layer_upload", **app, uploadId=again,
                  layerDigests=[sha256(layer)])
    small = judge.call("initiate_layer_upload", **app)["uploadId"]
    for first in (0, len(layer)):
        judge.call("upload_layer_part", **app, **{**part, "uploadId": small, "partFirstByte": first,
                                                  "partLastByte": first + len(layer) - 1})
    judge.refuses("LayerPartTooSmallException", "complete_layer_upload", **app, uploadId=small,
                  layerDigests=[sha256(layer + layer)])
    wrong = judge.call("initiate_layer_upload", **app)["uploadId"]
    judge.call("upload_layer_part", **app, **{**part, "uploadId": wrong})
    judge.refuses("InvalidLayerException", "complete_layer_upload", **app, uploadId=wrong,
                  layerDigests=["sha256:" + "0" * 64])


def scans(judge, app, image):
    judge.refuses("ScanNotFoundException", "describe_image_scan_findings", **app, imageId=image)
    judge.call("start_image_scan", **app, imageId=image)
    judge.refuses("LimitExceededException", "start_image_scan", **app, imageId=image)
    judge.refuses("UnsupportedImageTypeException", "start_image_scan", **app, imageId={"imageTag": "multi"})
    judge.call("describe_image_scan_findings", **app, imageId=image)
    judge.call("put_registry_scanning_configuration", scanType="ENHANCED", rules=[{
        "scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}])
    judge.refuses("ValidationException", "start_image_scan", **app, imageId=image)
    judge.call("describe_image_scan_findings", **app, imageId=image)
    judge.call("describe_images", **app)
    judge.call("put_registry_scanning_configuration", scanType="BASIC", rules=[])


def settings(judge):
    judge.call("put_account_setting", name="BLOB_MOUNTING", value="ENABLED")
    judge.call("get_account_setting", name="BLOB_MOUNTING")
    judge.refuses("RegistryPolicyNotFoundException", "get_registry_policy")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Sid": "copies", "Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "ecr:ReplicateImage"}]})
    judge.call("put_registry_policy", policyText=policy)
    judge.call("get_registry_policy")
    judge.call("delete_registry_policy")
    templates(judge)
    cache_rules(judge)
    replication(judge)


def templates(judge):
    prefix = {"prefix": "judged/by-template"}
    judge.call("create_repository_creation_template", **prefix, description="by the judge",
               appliedFor=["CREATE_ON_PUSH", "REPLICATION"], imageTagMutability="IMMUTABLE",
               resourceTags=[{"Key": "by", "Value": "judge"}])
    judge.refuses("TemplateAlreadyExistsException", "create_repository_creation_template", **prefix,
                  appliedFor=["REPLICATION"])
    judge.call("update_repository_creation_template", **prefix, appliedFor=["PULL_THROUGH_CACHE"])
    judge.call("describe_repository_creation_templates")
    judge.call("delete_repository_creation_template", **prefix)
    judge.refuses("TemplateNotFoundException", "delete_repository_creation_template", **prefix)


def cache_rules(judge):
    rule = {"ecrRepositoryPrefix": "judged-cache"}
    upstream = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    judge.refuses("UnsupportedUpstreamRegistryException", "create_pull_through_cache_rule", **rule,
                  upstreamRegistryUrl="registry.example")
    judge.call("create_pull_through_cache_rule", **rule, upstreamRegistryUrl=upstream)
    judge.refuses("PullThroughCacheRuleAlreadyExistsException", "create_pull_through_cache_rule", **rule,
                  upstreamRegistryUrl=upstream)
    judge.call("describe_pull_through_cache_rules")
    judge.call("update_pull_through_cache_rule", **rule, customRoleArn="arn:aws:iam::111111111111:role/cache")
    judge.call("validate_pull_through_cache_rule", **rule)
    secret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/judge-abcdef"
    judge.refuses("SecretNotFoundException", "update_pull_through_cache_rule", **rule, credentialArn=secret)
    judge.refuses("SecretNotFoundException", "create_pull_through_cache_rule", ecrRepositoryPrefix="judged-other",
                  upstreamRegistryUrl=upstream, credentialArn=secret)
    judge.call("delete_pull_through_cache_rule", **rule)
    judge.refuses("PullThroughCacheRuleNotFoundException", "delete_pull_through_cache_rule", **rule)
    judge.refuses("PullThroughCacheRuleNotFoundException", "describe_pull_through_cache_rules",
                  ecrRepositoryPrefixes=["judged-cache"])


def replication(judge):
    judge.call("put_replication_configuration", replicationConfiguration={"rules": [{
        "destinations": [{"region": "eu-west-1", "registryId": "111111111111"}],
        "repositoryFilters": [{"filter": "judged", "filterType": "PREFIX_MATCH"}]}]})
    judge.call("describe_registry")
    app = {"repositoryName": "judged/copied"}
    judge.call("create_repository", **app)
    config, layer = b"{}", b"a layer that is copied"
    for blob in (config, layer):
        upload(judge, "judged/copied", blob)
    judge.call("put_image", **app, imageManifest=manifest_of(config, layer), imageTag="v1")
    for target in ("ARCHIVE", "STANDARD"):
        judge.call("update_image_storage_class", **app, imageId={"imageTag": "v1"}, targetStorageClass=target)
        judge.call("describe_images", **app, filter={"imageStatus": "ANY"})
    judge.refuses("ImageStorageClassUpdateNotSupportedException", "update_image_storage_class", **app,
                  imageId={"imageTag": "v1"}, targetStorageClass="STANDARD")
    judge.call("describe_image_replication_status", **app, imageId={"imageTag": "v1"})


def exclusions(judge):
    principal = {"principalArn": "arn:aws:iam::111111111111:role/scanner"}
    judge.call("register_pull_time_update_exclusion", **principal)
    judge.refuses("ExclusionAlreadyExistsException", "register_pull_time_update_exclusion", **principal)
    judge.call("list_pull_time_update_exclusions")
    judge.call("deregister_pull_time_update_exclusion", **principal)
    judge.refuses("ExclusionNotFoundException", "deregister_pull_time_update_exclusion", **principal)


def tags(judge):
    arn = judge.call("create_repository", repositoryName="judged/tags")["repository"]["repositoryArn"]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    for operation, target in (("tag_resource", {"resourceArn": arn}), ("create_repository", {"repositoryName": "judged/t"})):
        judge.refuses("TooManyTagsException", operation, **target, tags=many)
        judge.refuses("InvalidTagParameterException", operation, **target, tags=[{"Key": "aws:mine", "Value": ""}])
    judge.refuses("RepositoryNotFoundException", "tag_resource", resourceArn=arn + "-none", tags=[])


def archive(judge, advance):
    advance(5)
    app = {"repositoryName": "judged/copied", "imageId": {"imageTag": "v1"}}
    judge.call("update_image_storage_class", **app, targetStorageClass="ARCHIVE")
    judge.refuses("ImageArchivedException", "start_image_scan", **app)


def public(judge):
    judge.call("get_authorization_token")
    judge.call("describe_registries")
    app = {"repositoryName": "judged/public"}
    judge.call("create_repository", **app)
    judge.refuses("RepositoryAlreadyExistsException", "create_repository", **app)
    judge.call("describe_repositories")
    judge.call("delete_repository", **app)
    judge.refuses("RepositoryNotFoundException", "describe_repositories", repositoryNames=["judged/public"])


def ecs(judge, advance):
    web = {"family": "judged", "containerDefinitions": [{"name": "web", "image": "web@sha256:" + "0" * 64}]}
    first = judge.call("register_task_definition", **web)["taskDefinition"]["taskDefinitionArn"]
    judge.call("describe_task_definition", taskDefinition=first, include=["TAGS"])
    judge.call("list_task_definitions", familyPrefix="judged")
    judge.call("create_cluster", clusterName="judged")
    service = {"cluster": "judged", "service": "judged"}
    judge.call("create_service", cluster="judged", serviceName="judged", taskDefinition=first)
    second = judge.call("register_task_definition", **web)["taskDefinition"]["taskDefinitionArn"]
    judge.call("update_service", **service, taskDefinition=second)
    for seconds in (0, 5):
        advance(seconds)
        judge.call("describe_services", cluster="judged", services=["judged", "none"])
        listed = judge.call("list_service_deployments", **service)["serviceDeployments"]
        judge.call("describe_service_deployments", serviceDeploymentArns=[one["serviceDeploymentArn"] for one in listed])
    running = judge.call("list_tasks", cluster="judged", serviceName="judged")["taskArns"]
    judge.call("describe_tasks", cluster="judged", tasks=running)
    judge.refuses("ClusterNotFoundException", "describe_services", cluster="none", services=["judged"])
    judge.refuses("ServiceNotFoundException", "update_service", cluster="judged", service="none")
    judge.refuses("ClientException", "describe_task_definition", taskDefinition="none")
    judge.refuses("InvalidParameterException", "create_service", cluster="judged", serviceName="judged",
                  taskDefinition=first)


def sts(judge):
    role = {"RoleArn": "arn:aws:iam::111111111111:role/judged", "RoleSessionName": "judge"}
    judge.call("get_caller_identity")
    judge.call("assume_role", **role)
    token_url = os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=sts.amazonaws.com"
    bearer = {"Authorization": "bearer " + os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]}
    with urllib.request.urlopen(urllib.request.Request(token_url, headers=bearer)) as response:
        token = json.load(response)["value"]
    judge.call("assume_role_with_web_identity", **role, WebIdentityToken=token)
    judge.refuses("InvalidIdentityTokenException", "assume_role_with_web_identity", **role, WebIdentityToken="none")
    for operation in ("assume_role", "assume_role_with_web_identity"):
        more = {} if operation == "assume_role" else {"WebIdentityToken": token}
        judge.refuses("MalformedPolicyDocumentException", operation, **role, **more, Policy="{}")
        judge.refuses("PackedPolicyTooLargeException", operation, **role, **more, Policy=" " * 2048 + "{}")


def inspector(judge, of_ecr, post):
    """Findings that only Inspector knows the whole of, and the way to them by the ARN that ECR gives."""
    post("/_local/seed", {"repositories": ["judged/found"], "findings": [{"repository": "judged/found", "findings": [{
        "severity": "HIGH", "title": "CVE-1", "description": "bad", "score": 8.1, "epss": {"score": 0.3},
        "scoreDetails": {"cvss": {"score": 8.1, "scoreSource": "NVD", "version": "3.1", "scoringVector": "CVSS:3.1/AV:N"}},
        "cisaData": {"dateAdded": "2026-01-02T00:00:00Z", "action": "Update."}, "cwes": ["CWE-1"], "riskScore": 80,
        "exploitObserved": {"firstSeen": "2026-01-01T00:00:00Z"}, "fixAvailable": "YES", "exploitAvailable": "YES",
        "packageVulnerabilityDetails": {"vulnerabilityId": "CVE-1", "source": "NVD",
                                        "vulnerablePackages": [{"name": "openssl", "version": "1"}]}}]}]})
    app = {"repositoryName": "judged/found"}
    of_ecr.call("put_registry_scanning_configuration", scanType="ENHANCED", rules=[{
        "scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}])
    config, layer = b"{}", b"a layer with a hole"
    for blob in (config, layer):
        upload(of_ecr, "judged/found", blob)
    of_ecr.call("put_image", **app, imageManifest=manifest_of(config, layer), imageTag="v1")
    judge.call("list_coverage")
    post("/_local/clock", {"advanceSeconds": 60})
    judge.call("list_coverage", filterCriteria={"scanStatusReason": [{"comparison": "EQUALS", "value": "SUCCESSFUL"}]})
    of_ecr.call("describe_images", **app)
    found = of_ecr.call("describe_image_scan_findings", **app, imageId={"imageTag": "v1"})["imageScanFindings"]
    arns = [one["findingArn"] for one in found["enhancedFindings"]]
    listed = judge.call("list_findings", filterCriteria={"epssScore": [{"lowerInclusive": 0.1, "upperInclusive": 1.0}]})
    details = judge.call("batch_get_finding_details", findingArns=arns)["findingDetails"]
    if [one["findingArn"] for one in listed["findings"]] != arns or [one["epssScore"] for one in details] != [0.3]:
        judge.problems.append(f"findings of ECR and of Inspector differ: {arns} {listed} {details}")
    judge.refuses("ValidationException", "batch_get_finding_details", findingArns=arns * 11)


def carelessly(judge):
    """Each operation with what it must refuse: names that are none, things that are not there, values of no enum."""
    arn = "arn:aws:ecr:us-east-1:111111111111:repository/judged/none"
    for operation in judge.names:
        members = judge.model.operation_model(judge.names[operation]).input_shape.members
        for wrong in ({"repositoryName": "NONE"}, {"repositoryName": "judged/none"}, {"repositoryName": "judged/copied"},
                      {"repositoryNames": ["judged/none"]}, {"resourceArn": "none"}, {"resourceArn": arn},
                      {"registryId": "none"}, {"registryIds": ["none"]}, {"maxResults": 0}, {"nextToken": "none"},
                      {"prefix": "judged/none"}, {"ecrRepositoryPrefix": "none"}, {"ecrRepositoryPrefix": "NONE"},
                      {"name": "NONE"}, {"principalArn": "none"}, {"policyText": "none"}, {"scanType": "NONE"},
                      {"replicationConfiguration": {}}, {}):
            full = {"imageId": {"imageTag": "none"}, "imageIds": [{"imageTag": "none"}], "uploadId": "none",
                    "layerDigests": ["sha256:00"], "layerDigest": "sha256:00", "imageManifest": "{}", "targetStorageClass": "ARCHIVE",
                    "imageTagMutability": "MUTABLE", "imageScanningConfiguration": {}, "tags": [], "tagKeys": [],
                    "subjectId": {"imageDigest": "sha256:00"}, "policyText": '{"Statement": []}', "lifecyclePolicyText": "{}",
                    "partFirstByte": 0, "partLastByte": 0, "layerPartBlob": b"x", "appliedFor": ["CREATE_ON_PUSH"]}
            parameters = {**{name: value for name, value in full.items() if name in members and wrong}, **wrong}
            creates = operation.startswith(("create", "put_registry", "delete_repository", "start"))
            if set(wrong) <= set(members) and judge.names[operation] in judge.answered and not (creates and wrong == {}):
                judge.refuses_carelessly(operation, parameters)


def played(judge, service, post):
    """What does not come about by itself is played by a fault: the SDK must know it by its class all the same."""
    by_fault = {}
    for name in judge.answered:
        for exception in modelled_by(judge.model, name) - judge.natural.get(name, set()):
            code = judge.model.shape_for(exception).metadata.get("error", {}).get("code", exception)
            post("/_local/faults", {"faults": [{
                "operation": f"{service}:{name}", "fault": "error", "code": code, "times": 1}]})
            raised = judge.raised_by(judge.careless, xform_name(name), {})
            if raised == exception:
                by_fault.setdefault(name, set()).add(exception)
            else:
                judge.problems.append(f"{name}: a fault raises {raised} instead of {exception}")
    return by_fault


def unknown(judge):
    """What the operations that are not there answer."""
    missing = {}
    for operation, name in judge.names.items():
        if name in judge.answered:
            continue
        try:
            getattr(judge.careless, operation)()
            judge.problems.append(f"{name}: answered, but not judged")
        except ClientError as error:
            missing[name] = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return missing


def report(judge, service, post, with_missing=True):
    by_fault = played(judge, service, post)
    return {
        "problems": judge.problems,
        "missing": unknown(judge) if with_missing else {},
        "operations": {name: {
            "natural": sorted(judge.natural.get(name, set())),
            "byFault": sorted(by_fault.get(name, set())),
            "never": sorted(modelled_by(judge.model, name) - judge.natural.get(name, set()) - by_fault.get(name, set())),
        } for name in sorted(judge.answered)},
    }


def main():
    endpoint = sys.argv[1]

    def post(path, body):
        urllib.request.urlopen(urllib.request.Request(endpoint + path, json.dumps(body).encode(), method="POST"))

    def advance(seconds):
        post("/_local/clock", {"advanceSeconds": seconds})

    judge = Judge("ecr", endpoint)
    _, lifecycle = repositories(judge)
    images(judge, lifecycle, advance)
    settings(judge)
    exclusions(judge)
    tags(judge)
    archive(judge, advance)
    of_public, of_ecs, of_sts, of_inspector = (Judge(name, endpoint) for name in ("ecr-public", "ecs", "sts", "inspector2"))
    public(of_public)
    ecs(of_ecs, advance)
    sts(of_sts)
    inspector(of_inspector, judge, post)
    carelessly(judge)
    print(json.dumps({
        "ecr": report(judge, "ecr", post),
        "ecr-public": report(of_public, "ecr-public", post),
        "ecs": report(of_ecs, "ecs", post, with_missing=False),
        "sts": report(of_sts, "sts", post, with_missing=False),
        "inspector2": report(of_inspector, "inspector2", post, with_missing=False),
    }))


main()
