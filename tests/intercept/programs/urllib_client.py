"""processimage.cn with the standard library alone: python urllib_client.py IMAGE RESULT"""

import hashlib
import json
import os
import sys
import urllib.request
from pathlib import Path

image, salt, boundary = Path(sys.argv[1]).read_bytes(), "12345678", "a-boundary"
app_id, secret = os.environ["PROCESSIMAGE_APP_ID"], os.environ["PROCESSIMAGE_SECRET"]
sign = hashlib.md5(f"{app_id}{hashlib.md5(image).hexdigest()}{salt}{secret}".encode()).hexdigest()
field = '--{}\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
body = b"".join(
    field.format(boundary, name, more).encode() + value + b"\r\n"
    for name, more, value in (
        ("appId", "", app_id.encode()),
        ("salt", "", salt.encode()),
        ("imageFile", '; filename="a.jpg"', image),
    )
)
request = urllib.request.Request(
    "https://www.processimage.cn/watermark/access",
    body + f"--{boundary}--\r\n".encode(),
    {"x-access-api-sign": sign, "Content-Type": f"multipart/form-data; boundary={boundary}"},
)
with urllib.request.urlopen(request) as answer:
    link = json.load(answer)["data"]["url"]
with urllib.request.urlopen(link) as result:
    Path(sys.argv[2]).write_bytes(result.read())
