"""PicWish, its international host, with an asynchronous httpx: python httpx_async_client.py IMAGE RESULT"""

import asyncio
import os
import sys
from pathlib import Path

import httpx


async def main() -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            "https://techhk.aoscdn.com/api/tasks/visual/segmentation",
            headers={"X-API-KEY": os.environ["PICWISH_KEY"]},
            data={"sync": "1"},
            files={"image_file": Path(sys.argv[1]).read_bytes()},
        )
        Path(sys.argv[2]).write_bytes((await client.get(answer.json()["data"]["image"])).content)


asyncio.run(main())
