"""AILabTools with httpx: python httpx_client.py IMAGE RESULT"""

import os
import sys
from pathlib import Path

import httpx

with httpx.Client() as client:
    answer = client.post(
        "https://www.ailabapi.com/api/cutout/portrait/avatar-extraction",
        headers={"ailabapi-api-key": os.environ["AILAB_KEY"]},
        files={"image": Path(sys.argv[1]).read_bytes()},
    )
    link = answer.json()["data"]["elements"][0]["image_url"]
    Path(sys.argv[2]).write_bytes(client.get(link).content)
