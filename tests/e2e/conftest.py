import json
import os
import subprocess

import pytest

from proxy import Proxy, ended_well


@pytest.fixture(scope="session")
def binary():
    return os.environ["WHYTLS"]


@pytest.fixture(scope="session")
def entries(binary):
    listed = subprocess.run([binary, "lab", "--list", "--json"], check=True, capture_output=True).stdout
    return json.loads(listed)["entries"]


@pytest.fixture
def proxy(binary, tmp_path):
    """A proxy with its lab that has never met a client."""
    one = Proxy(binary, tmp_path / "data", "--lab", "--threads", "2")
    yield one
    ended_well(one)


@pytest.fixture(scope="module")
def shared_proxy(binary, tmp_path_factory):
    """The same for tests that do not mind each other's history."""
    one = Proxy(binary, tmp_path_factory.mktemp("proxy") / "data", "--lab", "--threads", "2")
    yield one
    ended_well(one)
