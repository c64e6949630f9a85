"""The example manifests fit Kubernetes' schemas, each other, and the project's commands and variables."""

import re

import pytest
import yaml

from services.common.env import ROOT
from tests.whole.containers.image import DOCKERFILE
from tests.whole.containers.test_containers import variables_of_the_code

FOLDER = ROOT / "deploy" / "kubernetes"
OBJECTS = [item for path in sorted(FOLDER.glob("*.yaml")) for item in yaml.safe_load_all(path.read_text())]
OF_OPERATORS = {"kafka.strimzi.io/v1", "postgresql.cnpg.io/v1"}


def title(item):
    return f"{item['kind']}/{item['metadata']['name']}"


def of_kind(kind):
    """The objects of a kind by name; there is one at least."""
    found = {item["metadata"]["name"]: item for item in OBJECTS if item["kind"] == kind}
    assert found, kind
    return found


def pods():
    """(name, labels, pod) of everything that runs our image."""
    for item in OBJECTS:
        if item["kind"] in ("Deployment", "Job"):
            template = item["spec"]["template"]
            labels = template.get("metadata", {}).get("labels", {})
            yield item["metadata"]["name"], labels, template["spec"]


def test_manifests_fit_kubernetes_schemas():
    checker = pytest.importorskip("kubernetes_validate")
    of_kubernetes = [item for item in OBJECTS if item["apiVersion"] not in OF_OPERATORS]
    assert of_kubernetes
    for item in of_kubernetes:
        checker.validate(item, "1.37", strict=True)


def test_everything_lives_in_one_namespace_under_its_own_name():
    assert len({title(item) for item in OBJECTS}) == len(OBJECTS)
    assert {item["metadata"]["namespace"] for item in OBJECTS if item["kind"] != "Namespace"} == {"shop"}


@pytest.mark.parametrize(
    ("name", "labels", "pod"), list(pods()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_pod_runs_what_the_project_has(name, labels, pod):
    [container] = pod["containers"]
    service = name.partition("-")[0]
    command = container["command"]
    if "services.common.serve" in command:
        assert command[:4] == ["python", "-m", "services.common.serve", service]
        assert f"--listen=0.0.0.0:{container['ports'][0]['containerPort']}" in command
    else:
        known = {path.stem for path in ROOT.glob("services/*/management/commands/*.py")}
        assert command[:3] == ["python", "manage.py", service]
        assert command[3] in known | {"migrate"}
    probes = {name: probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")}
    assert probes or "restartPolicy" in pod  # a job ends by itself
    for probe, asked in probes.items():
        assert asked["port"] == container["ports"][0]["containerPort"]
        assert asked["path"] == ("/readyz" if probe == "readinessProbe" else "/livez")
    assert pod["securityContext"]["runAsUser"] == int(re.search(r"USER (\d+)", DOCKERFILE.read_text())[1])


@pytest.mark.parametrize(
    ("name", "labels", "pod"), list(pods()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_pod_gets_its_own_secrets_and_variables_that_are_read(name, labels, pod):
    service = name.partition("-")[0]
    [container] = pod["containers"]
    values = of_kind("ConfigMap")[service]["data"]
    given = {*values, *(variable["name"] for variable in container["env"])}
    assert given - {"SECRETS_DIR"} <= variables_of_the_code()
    assert {f"{service.upper()}_DATABASE_URL", "SECRETS_DIR"} <= given
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes[mounts[values["SECRETS_DIR"]]]["secret"]["secretName"] == f"{service}-secrets"
    assert set(mounts.values()) == volumes.keys()
    made = {f"{service}-secrets", f"{service}-db-app", service, "shop-cluster-ca-cert"}
    assert set(re.findall(r"'(?:secretName|secretKeyRef)': (?:\{'name': )?'([\w-]+)'", str(pod))) <= made


def test_workers_can_be_probed_from_outside_their_pod():
    for service in ("gateway", "orders", "payments"):
        assert of_kind("ConfigMap")[service]["data"]["PROBE_HOST"] == "0.0.0.0"


def test_upstreams_are_services_that_accept_their_name():
    config = {name: item["data"] for name, item in of_kind("ConfigMap").items()}
    ports = {name: item["spec"]["ports"][0]["port"] for name, item in of_kind("Service").items()}
    for name in ("orders", "payments"):
        assert config["gateway"][f"{name.upper()}_URL"] == f"http://{name}:{ports[name]}"
        assert name in config[name]["ALLOWED_HOSTS"].split(",")
    for values in config.values():
        assert "localhost" in values["ALLOWED_HOSTS"].split(",")  # the probes' name


def test_scaling_and_budgets_name_deployments():
    deployments = of_kind("Deployment")
    scaled = of_kind("HorizontalPodAutoscaler")
    assert {item["spec"]["scaleTargetRef"]["name"] for item in scaled.values()} <= deployments.keys()
    budgets = {item["spec"]["selector"]["matchLabels"]["app"] for item in of_kind("PodDisruptionBudget").values()}
    assert budgets == {labels["app"] for name, labels, _ in pods() if name in deployments} == deployments.keys()
    partitions = of_kind("KafkaTopic")["outbox"]["spec"]["partitions"]
    assert max(item["spec"]["maxReplicas"] for name, item in scaled.items() if "consumer" in name) <= partitions


def test_topics_are_as_the_services_expect_them():
    for topic in of_kind("KafkaTopic").values():
        assert topic["spec"]["replicas"] == 3
        assert topic["spec"]["config"]["min.insync.replicas"] == "2"
        for service in ("orders", "payments"):
            assert of_kind("ConfigMap")[service]["data"]["TOPIC_PARTITIONS"] == str(topic["spec"]["partitions"])
    assert of_kind("Kafka")["shop"]["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False


def test_services_have_the_rights_of_the_guide_and_no_others():
    for user, sends_to, receives_from in (("orders", "outbox", "inbox"), ("payments", "inbox", "outbox")):
        acls = of_kind("KafkaUser")[user]["spec"]["authorization"]["acls"]
        rights = {(acl["resource"]["type"], acl["resource"]["name"]): set(acl["operations"]) for acl in acls}
        assert rights == {
            ("topic", sends_to): {"Write", "Describe"},
            ("topic", receives_from): {"Read", "Describe"},
            ("group", user): {"Read"},
        }


def test_connections_fit_the_databases():
    """The sum of docs/scaling.md, with every autoscaler at its most."""
    deployments, scaled = of_kind("Deployment"), of_kind("HorizontalPodAutoscaler")
    for service in of_kind("ConfigMap"):
        most = 0
        for name, item in deployments.items():
            if name.partition("-")[0] != service:
                continue
            replicas = scaled[name]["spec"]["maxReplicas"] if name in scaled else item["spec"]["replicas"]
            most += replicas * connections(item["spec"]["template"]["spec"]["containers"][0]["command"])
        limit = of_kind("Cluster")[f"{service}-db"]["spec"]["postgresql"]["parameters"]["max_connections"]
        assert 0 < most <= int(limit) - 20, service


def connections(command):
    """One for each thread of a web server, one for a consumer, two for a relay and for chores."""
    if "services.common.serve" in command:
        options = dict(word.split("=") for word in command if word.startswith(("--processes=", "--threads=")))
        return int(options["--processes"]) * int(options["--threads"])
    return 1 if "consume_inbox" in command else 2
