import io
from collections.abc import Iterator

import pytest
from PIL import Image

from contract_tests.clients.ailab import AilabClient, AilabError
from contract_tests.clients.tencent_bda import TencentBdaClient, TencentError
from mockserver import RunningSandbox, fixtures

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
GROUP = fixtures.path("group.jpg").read_bytes()


@pytest.fixture
def ailab(sandbox: RunningSandbox) -> Iterator[AilabClient]:
    with AilabClient(sandbox.ailab.url, sandbox.ailab.api_key) as client:
        yield client


@pytest.fixture
def tencent(sandbox: RunningSandbox) -> Iterator[TencentBdaClient]:
    access = sandbox.tencent_bda
    with TencentBdaClient(access.url, access.secret_id, access.secret_key) as client:
        yield client


def test_ailab_gets_a_cutout_of_each_head(ailab: AilabClient) -> None:
    heads = ailab.heads(GROUP)
    assert len(heads) == 3
    assert [head.x for head in heads] == sorted(head.x for head in heads)
    for head in heads:
        picture = Image.open(io.BytesIO(ailab.download(head)))
        assert (picture.mode, picture.size) == ("RGBA", (head.width, head.height))


def test_ailab_gets_masks(ailab: AilabClient) -> None:
    (head,) = ailab.heads(PORTRAIT, mask=True)
    assert Image.open(io.BytesIO(ailab.download(head))).mode == "L"


@pytest.mark.parametrize("envelope", ["1", "2", "3", "4"])
def test_ailab_sees_an_error_in_every_generation_of_the_envelope(
    ailab: AilabClient, sandbox: RunningSandbox, envelope: str
) -> None:
    sandbox.set("ailab", envelope=envelope, balance=0)
    with pytest.raises(AilabError) as caught:
        ailab.heads(PORTRAIT)
    assert (caught.value.status, caught.value.code) == (429, "ERROR_NOT_ENOUGH_CREDITS")


def test_tencent_gets_a_portrait_and_a_mask(tencent: TencentBdaClient) -> None:
    result = tencent.segment(PORTRAIT, ["Head", "Body"])
    portrait, mask = Image.open(io.BytesIO(result.portrait)), Image.open(io.BytesIO(result.mask))
    assert (portrait.mode, mask.mode) == ("RGBA", "L")
    assert portrait.size == mask.size == Image.open(io.BytesIO(PORTRAIT)).size
    assert [rect["Label"] for rect in result.rects] == ["Head", "Body"]


def test_tencent_sees_an_error_although_the_status_is_200(
    tencent: TencentBdaClient, sandbox: RunningSandbox
) -> None:
    sandbox.fail("tencent_bda", "error.FailedOperation.RpcFail")
    with pytest.raises(TencentError) as caught:
        tencent.segment(PORTRAIT, ["Head"])
    assert caught.value.code == "FailedOperation.RpcFail"
    assert sandbox.journal.last.status == 200
