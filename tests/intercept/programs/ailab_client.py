"""ailabtools-sdk, with its default address: python ailab_client.py IMAGE RESULT"""

import asyncio
import os
import sys
import urllib.request
from pathlib import Path

from ailabtools.client import AILabClient


async def main() -> str:
    client = AILabClient(os.environ["AILAB_KEY"])
    answer = await client.cutout.cutoutAvatarExtraction({"image": Path(sys.argv[1]).read_bytes()})
    await client.aclose()
    link: str = answer["data"]["elements"][0]["image_url"]
    return link


with urllib.request.urlopen(asyncio.run(main())) as result:
    Path(sys.argv[2]).write_bytes(result.read())
