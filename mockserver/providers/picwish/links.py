"""The links of result files: where they lie in the storage, and how they are signed.

Bucket names, object names and the two regions are those of published answers; an hour of life is documented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockserver.clock import Due
from mockserver.sandbox import Sandbox

if TYPE_CHECKING:
    from mockserver.providers.base import Call
    from mockserver.providers.picwish.oss.presigned import Keys

STORED = "/tasks/output"
"""Below it are the storage's objects, and answers in its form."""
RESULTS = f"{STORED}/segmentation"
LIFETIME = 3600
"""Seconds that a link lives, from when it was signed."""
TABLE = "picwish.links"
MOST = 5000
"""Result files whose links' end one sandbox remembers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where results are stored."""

    bucket: str
    region: str

    @property
    def host(self) -> str:
        """The bucket's own host name."""
        return f"{self.bucket}.oss-{self.region}.aliyuncs.com"


MAINLAND = Site(bucket="wxtechsz", region="cn-shenzhen")
INTERNATIONAL = Site(bucket="wxtechhk", region="cn-hongkong")
FORMER = Site(bucket="picwishhk", region="cn-hongkong")
SITES: Mapping[str, Site] = {
    "techhk.aoscdn.com": INTERNATIONAL,
    **{site.host: site for site in (MAINLAND, INTERNATIONAL, FORMER)},
}
STORAGES = frozenset(site.host for site in SITES.values())
"""Hosts where nothing but objects is."""


def due(sandbox: Sandbox) -> Iterator[Due]:
    """When the last link to each result file expires."""
    for path in sandbox.state.keys(sandbox.id, TABLE):
        expires = sandbox.state.read(sandbox.id, TABLE, path)
        if expires is not None:
            yield Due(at=expires, what=f"the link to {path} expires")


def site_of(origin: str) -> Site:
    """Where the results of tasks lie that were created at an origin; on the mainland by default."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        host = ""
    return SITES.get(host, MAINLAND)


def is_storage(host: str) -> bool:
    """Whether a host, perhaps with a port, is that of a storage."""
    return host.partition(":")[0].lower() in STORAGES


def origin(call: Call) -> str:
    """Where a client finds the results of a task that it asks for."""
    return call.results_at(site_of(call.origin).host)


def path_of(results: str, output: str, file_format: str) -> str:
    """The path of a result file: `output` is image or mask, `file_format` png or jpg."""
    return f"{RESULTS}/{results}-{output}.{file_format}"


def keys_of(sandbox: Sandbox) -> Keys:
    """What the links of a sandbox are signed with."""
    from mockserver.providers.picwish.oss.presigned import Keys

    credentials = sandbox.credentials("picwish")
    return Keys(
        access_key_id=credentials["oss_access_key_id"],
        access_key_secret=credentials["oss_access_key_secret"],
    )


def signed(sandbox: Sandbox, settings: Mapping[str, Any], origin: str, path: str) -> str:
    """A link to a result file that lives for an hour from now, at the origin where results are."""
    from mockserver.providers.picwish.oss import signing

    keys, site, key = keys_of(sandbox), site_of(origin), path[1:]
    now = int(sandbox.clock.now())
    sandbox.state.write(sandbox.id, TABLE, path, now + LIFETIME, limit=MOST)
    if settings["links"] == "v4":
        query = signing.sign_v4(
            keys, bucket=site.bucket, key=key, region=site.region, at=now, lifetime=LIFETIME
        )
    else:
        query = signing.sign_v1(keys, bucket=site.bucket, key=key, expires=now + LIFETIME)
    return f"{origin}{path}?{query}"
