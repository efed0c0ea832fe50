import uuid

from mockserver import ids


def test_a_uuid_is_of_version_4_and_variant_rfc_4122_every_time() -> None:
    found = {ids.uuid4() for _ in range(1000)}
    assert len(found) == 1000
    for text in found:
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (4, uuid.RFC_4122, text)
