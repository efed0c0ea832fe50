"""The pages that a browser gets: instead of the API, and where nothing is."""

from __future__ import annotations

from html import escape

FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font: 1rem/1.5 sans-serif; margin: 3rem auto; max-width: 40rem; padding: 0 1rem }}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
ABOUT = """<p>This is a mock server of the watermark removal API of processimage.cn, for tests. Nothing leaves
this machine, and nothing here belongs to the operator of that site.</p>
<p>The call is <code>POST {path}</code>, multipart/form-data, with the picture in <code>imageFile</code>, with
<code>appId</code> and <code>salt</code>, and with the header <code>x-access-api-sign</code>: the md5
of appId, the md5 of the picture, salt and appSecret.</p>"""


def about(path: str) -> str:
    """What stands at a path that is an API."""
    return FRAME.format(title="processimage.cn, mocked", body=ABOUT.format(path=escape(path)))


def not_found(path: str) -> str:
    """That nothing stands at a path."""
    body = f"<p>Nothing is at <code>{escape(path)}</code>.</p>"
    return FRAME.format(title="404 Not Found", body=body)
