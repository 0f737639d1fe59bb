"""Drives local-ecr with boto3 and lets AWS's own service model judge every answer.

Usage: judge.py ENDPOINT  (the credentials and the region come from the environment)
Prints one JSON object: the operations called, the exceptions met, every way in which an answer breaks the model, and,
where moto is installed, what its answers have that those of local-ecr have not.
"""

import hashlib
import json
import sys
import urllib.request

import boto3
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

    def __init__(self, service, endpoint=None):
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=True)
        self.client = boto3.client(service, endpoint_url=endpoint, config=config)
        self.called, self.exceptions, self.problems, self.shapes = set(), set(), [], {}
        self.client.meta.events.register("before-parse", self.judge)

    def judge(self, operation_model, response_dict, **_):
        self.called.add(operation_model.name)
        body = json.loads(response_dict["body"] or b"{}")
        if response_dict["status_code"] < 300 and operation_model.output_shape is not None:
            self.problems += breaks(operation_model.output_shape, body, operation_model.name)

    def call(self, operation, **parameters):
        answer = getattr(self.client, operation)(**parameters)
        answer.pop("ResponseMetadata")
        self.shapes.setdefault(operation, set()).update(paths(answer))
        return answer

    def refuses(self, name, operation, **parameters):
        """The parser of the SDK must raise exactly this class of its own model."""
        try:
            getattr(self.client, operation)(**parameters)
            self.problems.append(f"{operation}: no {name}")
        except ClientError as error:
            if type(error).__name__ != name:
                self.problems.append(f"{operation}: {type(error).__name__} instead of {name}: {error}")
            else:
                self.exceptions.add(name)


def paths(value, path=""):
    if isinstance(value, dict):
        return {p for name, one in value.items() for p in paths(one, f"{path}.{name}")}
    if isinstance(value, list):
        return {p for one in value for p in paths(one, f"{path}[]")}
    return {path}


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
    """What moto knows too, so that the same steps can be compared."""
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
    judge.refuses("LayerPartTooSmallException", "upload_layer_part", **app,
                  **{**part, "partFirstByte": len(layer), "partLastByte": 2 * len(layer) - 1})
    judge.refuses("LayerAlreadyExistsException", "complete_layer_upload", **app, uploadId=again,
                  layerDigests=[sha256(layer)])
    judge.refuses("UploadNotFoundException", "complete_layer_upload", **app, uploadId=again,
                  layerDigests=[sha256(layer)])
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
    judge.call("delete_pull_through_cache_rule", **rule)
    judge.refuses("PullThroughCacheRuleNotFoundException", "delete_pull_through_cache_rule", **rule)


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


def public(judge):
    judge.call("get_authorization_token")
    judge.call("describe_registries")
    app = {"repositoryName": "judged/public"}
    judge.call("create_repository", **app)
    judge.refuses("RepositoryAlreadyExistsException", "create_repository", **app)
    judge.call("describe_repositories")
    judge.call("delete_repository", **app)
    judge.refuses("RepositoryNotFoundException", "describe_repositories", repositoryNames=["judged/public"])


def modelled(judge, post):
    """Every exception of the model, played by a fault: the SDK must know each by its class."""
    model = judge.client.meta.service_model
    for name in model.shape_names:
        if model.shape_for(name).metadata.get("exception"):
            post("/_local/faults", {"faults": [{
                "operation": "ecr:DescribeRegistry", "fault": "error", "code": name, "times": 1}]})
            judge.refuses(name, "describe_registry")


def compare(ours):
    """What moto's answers have and ours have not, for the same steps."""
    try:
        from moto import mock_aws
    except ImportError:
        return None
    with mock_aws():
        theirs = Judge("ecr")
        repositories(theirs)
    return {operation: sorted(shape - ours[operation]) for operation, shape in theirs.shapes.items()
            if shape - ours[operation]}


def main():
    endpoint = sys.argv[1]

    def post(path, body):
        urllib.request.urlopen(urllib.request.Request(endpoint + path, json.dumps(body).encode(), method="POST"))

    judge = Judge("ecr", endpoint)
    _, lifecycle = repositories(judge)
    compared = compare({operation: set(shape) for operation, shape in judge.shapes.items()})
    images(judge, lifecycle, lambda seconds: post("/_local/clock", {"advanceSeconds": seconds}))
    settings(judge)
    natural = sorted(judge.exceptions)
    modelled(judge, post)
    of_public = Judge("ecr-public", endpoint)
    public(of_public)
    print(json.dumps({"called": sorted(judge.called), "natural": natural, "exceptions": sorted(judge.exceptions),
                      "problems": judge.problems + of_public.problems,
                      "public": sorted(of_public.called), "moto": compared}))


main()
