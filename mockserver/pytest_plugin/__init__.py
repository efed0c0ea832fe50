"""The pytest plugin: a sandbox for each test, whose client is judged when the test ends."""

from mockserver.pytest_plugin.fixtures import ailab as ailab
from mockserver.pytest_plugin.fixtures import mockserver as mockserver
from mockserver.pytest_plugin.fixtures import mockserver_environment as mockserver_environment
from mockserver.pytest_plugin.fixtures import mockserver_intercept as mockserver_intercept
from mockserver.pytest_plugin.fixtures import mockserver_options as mockserver_options
from mockserver.pytest_plugin.fixtures import mockserver_sandbox as mockserver_sandbox
from mockserver.pytest_plugin.fixtures import mockserver_settings as mockserver_settings
from mockserver.pytest_plugin.fixtures import mockserver_transport as mockserver_transport
from mockserver.pytest_plugin.fixtures import picwish as picwish
from mockserver.pytest_plugin.fixtures import processimage as processimage
from mockserver.pytest_plugin.fixtures import sandbox as sandbox
from mockserver.pytest_plugin.fixtures import tencent_bda as tencent_bda
from mockserver.pytest_plugin.plugin import pytest_addoption as pytest_addoption
from mockserver.pytest_plugin.plugin import pytest_configure as pytest_configure
