"""Runs the same steps against local-ecr and against moto's server, and compares the shape of every answer.

Usage: compare.py ENDPOINT  (the credentials and the region come from the environment)
Prints one JSON object: the steps taken, and for each step whose answers differ in a key, in the type of a value, or in the
exception, what each side has that the other has not.
"""

import hashlib
import json
import logging
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
NONE = "sha256:" + "0" * 64


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def shape_of(value, path=""):
    """Every key of an answer with the type of its value; all members of a list have one shape."""
    if isinstance(value, dict):
        return {p for name, one in value.items() for p in shape_of(one, f"{path}.{name}")} or {f"{path}: empty"}
    if isinstance(value, list):
        return {p for one in value for p in shape_of(one, f"{path}[]")} or {f"{path}: empty list"}
    return {f"{path}: {type(value).__name__}"}


class Side:
    """One of the two servers, and what it answered step by step."""

    def __init__(self, endpoint):
        config = Config(retries={"total_max_attempts": 1})
        self.client = boto3.client("ecr", endpoint_url=endpoint, config=config)
        self.steps = {}

    def step(self, label, operation, **parameters):
        try:
            answer = getattr(self.client, operation)(**parameters)
            answer.pop("ResponseMetadata")
            self.steps[label] = shape_of(answer)
            return answer
        except ClientError as error:
            self.steps[label] = {f"raises {error.response['Error']['Code']}"}
            return {}


def upload(side, repository, what, data):
    """A layer in one part, step by step."""
    name = {"repositoryName": repository}
    upload_id = side.step(f"begin to upload {what}", "initiate_layer_upload", **name)["uploadId"]
    side.step(f"upload {what}", "upload_layer_part", **name, uploadId=upload_id, partFirstByte=0,
              partLastByte=len(data) - 1, layerPartBlob=data)
    side.step(f"end the upload of {what}", "complete_layer_upload", **name, uploadId=upload_id,
              layerDigests=[sha256(data)])
    side.step(f"end the upload of {what} again", "complete_layer_upload", **name, uploadId=upload_id,
              layerDigests=[sha256(data)])


def manifest_of(config, layer, media_type="application/vnd.oci.image.layer.v1.tar+gzip"):
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": {
        "mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(config), "size": len(config)},
        "layers": [{"mediaType": media_type, "digest": sha256(layer), "size": len(layer)}]})


def repositories(side):
    app = {"repositoryName": "same/app"}
    created = side.step("create a repository", "create_repository", **app, tags=[{"Key": "by", "Value": "us"}],
                        imageScanningConfiguration={"scanOnPush": True}, imageTagMutability="MUTABLE")
    side.step("create one with a key", "create_repository", repositoryName="same/kms",
              encryptionConfiguration={"encryptionType": "KMS"})
    side.step("create one with exclusions", "create_repository", repositoryName="same/excl",
              imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
              imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev-*"}])
    side.step("create it again", "create_repository", **app)
    side.step("describe it", "describe_repositories", repositoryNames=["same/app"])
    side.step("describe all", "describe_repositories")
    side.step("describe none", "describe_repositories", repositoryNames=["same/none"])
    arn = created["repository"]["repositoryArn"]
    side.step("tag it", "tag_resource", resourceArn=arn, tags=[{"Key": "a", "Value": "b"}])
    side.step("list its tags", "list_tags_for_resource", resourceArn=arn)
    side.step("untag it", "untag_resource", resourceArn=arn, tagKeys=["a"])
    side.step("set its mutability", "put_image_tag_mutability", **app, imageTagMutability="MUTABLE")
    side.step("set its scanning", "put_image_scanning_configuration", **app,
              imageScanningConfiguration={"scanOnPush": False})
    side.step("get a token", "get_authorization_token")
    side.step("get a token of others", "get_authorization_token", registryIds=["111111111111", "222222222222"])


def policies(side):
    app = {"repositoryName": "same/app"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]})
    side.step("get no policy", "get_repository_policy", **app)
    side.step("set a policy", "set_repository_policy", **app, policyText=policy)
    side.step("get the policy", "get_repository_policy", **app)
    side.step("delete the policy", "delete_repository_policy", **app)
    side.step("set a bad policy", "set_repository_policy", **app, policyText="{")
    lifecycle = json.dumps({"rules": [{"rulePriority": 1, "description": "few", "selection": {
        "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]})
    side.step("get no lifecycle policy", "get_lifecycle_policy", **app)
    side.step("put a lifecycle policy", "put_lifecycle_policy", **app, lifecyclePolicyText=lifecycle)
    side.step("get the lifecycle policy", "get_lifecycle_policy", **app)
    side.step("delete the lifecycle policy", "delete_lifecycle_policy", **app)
    side.step("put a bad lifecycle policy", "put_lifecycle_policy", **app, lifecyclePolicyText="{}" + " " * 100)
    registry = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Sid": "copies", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"], "Resource": "*"}]})
    side.step("get no registry policy", "get_registry_policy")
    side.step("put a registry policy", "put_registry_policy", policyText=registry)
    side.step("get the registry policy", "get_registry_policy")
    side.step("delete the registry policy", "delete_registry_policy")
    side.step("delete no registry policy", "delete_registry_policy")


def registry(side):
    own = side.step("describe the registry", "describe_registry")["registryId"]
    side.step("set replication", "put_replication_configuration", replicationConfiguration={"rules": [{
        "destinations": [{"region": "eu-west-1", "registryId": "111111111111"}],
        "repositoryFilters": [{"filter": "elsewhere", "filterType": "PREFIX_MATCH"}]}]})
    side.step("describe it with replication", "describe_registry")
    side.step("set replication to itself", "put_replication_configuration", replicationConfiguration={"rules": [{
        "destinations": [{"region": "us-east-1", "registryId": own}]}]})
    side.step("get registry scanning", "get_registry_scanning_configuration")
    side.step("put registry scanning", "put_registry_scanning_configuration", scanType="BASIC", rules=[{
        "scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "other*", "filterType": "WILDCARD"}]}])
    side.step("get repository scanning", "batch_get_repository_scanning_configuration",
              repositoryNames=["same/app", "same/none"])


def images(side, advance):
    app = {"repositoryName": "same/app"}
    config, layer = b'{"os":"linux","architecture":"amd64"}', b"a layer for both"
    text = manifest_of(config, layer)
    upload(side, "same/app", "a config", config)
    upload(side, "same/app", "a layer", layer)
    side.step("upload to nowhere", "upload_layer_part", **app, uploadId="00000000-0000-0000-0000-000000000000",
              partFirstByte=0, partLastByte=0, layerPartBlob=b"x")
    side.step("list no images", "list_images", **app)
    side.step("put an image", "put_image", **app, imageManifest=text, imageTag="v1")
    side.step("put it again", "put_image", **app, imageManifest=text, imageTag="v1")
    side.step("put it under another tag", "put_image", **app, imageManifest=text, imageTag="v2")
    side.step("put it under another digest", "put_image", **app, imageManifest=text, imageTag="v3", imageDigest=NONE)
    side.step("list images", "list_images", **app)
    side.step("list untagged images", "list_images", **app, filter={"tagStatus": "UNTAGGED"})
    side.step("list images of none", "list_images", repositoryName="same/none")
    side.step("describe images", "describe_images", **app)
    side.step("describe an image", "describe_images", **app, imageIds=[{"imageTag": "v1"}])
    side.step("describe no image", "describe_images", **app, imageIds=[{"imageTag": "none"}])
    side.step("get an image", "batch_get_image", **app, imageIds=[{"imageTag": "v1"}])
    side.step("get images, one of them none", "batch_get_image", **app,
              imageIds=[{"imageTag": "v1"}, {"imageTag": "none"}])
    side.step("check a layer", "batch_check_layer_availability", **app, layerDigests=[sha256(layer)])
    side.step("check a layer that is not there", "batch_check_layer_availability", **app, layerDigests=[NONE])
    side.step("check what is no layer", "batch_check_layer_availability", **app, layerDigests=["none"])
    side.step("get a layer", "get_download_url_for_layer", **app, layerDigest=sha256(layer))
    scan(side, app, advance)
    side.step("move an immutable tag", "put_image", **immutable(side, app, config))
    side.step("delete a tag", "batch_delete_image", **app, imageIds=[{"imageTag": "v2"}])
    side.step("delete no image", "batch_delete_image", **app, imageIds=[{"imageTag": "none"}])
    side.step("delete nothing", "batch_delete_image", **app, imageIds=[{}])
    side.step("delete a full repository", "delete_repository", **app)
    side.step("delete an image", "batch_delete_image", **app, imageIds=[{"imageDigest": sha256(text.encode())}])
    side.step("delete a repository", "delete_repository", **app, force=True)
    side.step("delete no repository", "delete_repository", repositoryName="same/none")


def scan(side, app, advance):
    image = {"imageId": {"imageTag": "v1"}}
    side.step("ask for no scan", "describe_image_scan_findings", **app, **image)
    side.step("start a scan", "start_image_scan", **app, **image)
    side.step("start it again", "start_image_scan", **app, **image)
    side.step("start a scan of none", "start_image_scan", **app, imageId={"imageTag": "none"})
    if advance:
        # The scans of moto are done when they begin.
        advance()
    side.step("ask for the scan", "describe_image_scan_findings", **app, **image)
    side.step("ask for the scan of none", "describe_image_scan_findings", **app, imageId={"imageTag": "none"})


def immutable(side, app, config):
    other = b"another layer"
    upload(side, "same/app", "another layer", other)
    side.client.put_image_tag_mutability(**app, imageTagMutability="IMMUTABLE")
    return {**app, "imageManifest": manifest_of(config, other), "imageTag": "v1"}


def run(side, advance=None):
    repositories(side)
    policies(side)
    registry(side)
    images(side, advance)
    return side.steps


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        theirs = run(Side(f"http://{host}:{port}"))
    finally:
        server.stop()

    def advance():
        body = json.dumps({"advanceSeconds": 60}).encode()
        urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/_local/clock", body, method="POST"))

    ours = run(Side(sys.argv[1]), advance)
    print(json.dumps({"steps": sorted(ours), "differences": {
        label: {"ours": sorted(ours[label] - theirs.get(label, set())), "moto": sorted(theirs.get(label, set()) - ours[label])}
        for label in ours if ours[label] != theirs.get(label)}}))


main()
