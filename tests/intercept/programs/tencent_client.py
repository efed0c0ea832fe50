"""The official SDK of Tencent Cloud, with its default endpoint: python tencent_client.py IMAGE RESULT"""

import base64
import os
import sys
from pathlib import Path

from tencentcloud.bda.v20200324 import bda_client, models
from tencentcloud.common import credential

keys = credential.Credential(os.environ["TENCENT_ID"], os.environ["TENCENT_KEY"])
request = models.SegmentCustomizedPortraitPicRequest()
request.Image = base64.b64encode(Path(sys.argv[1]).read_bytes()).decode()
request.SegmentationOptions = models.SegmentationOptions()
request.SegmentationOptions.Head = True
answer = bda_client.BdaClient(keys, "ap-guangzhou").SegmentCustomizedPortraitPic(request)
Path(sys.argv[2]).write_bytes(base64.b64decode(answer.PortraitImage))
