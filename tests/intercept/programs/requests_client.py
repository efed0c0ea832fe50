"""PicWish with requests: python requests_client.py IMAGE RESULT"""

import os
import sys
from pathlib import Path

import requests

with requests.Session() as session:
    answer = session.post(
        "https://techsz.aoscdn.com/api/tasks/visual/segmentation",
        headers={"X-API-KEY": os.environ["PICWISH_KEY"]},
        data={"sync": "1"},
        files={"image_file": Path(sys.argv[1]).read_bytes()},
    )
    Path(sys.argv[2]).write_bytes(session.get(answer.json()["data"]["image"]).content)
