"""A small library of invented texts behind the real built-in model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.service import Assistant, assistant_for
from core.settings import Settings
from ingest.pipeline import Ingest
from ingest.worker import InProcess
from retriever.encoder import open_encoder
from retriever.library import Library

TEXTS = {
    "桐庐.txt": """桐庐县实施“春茶计划”集聚乡村青年人才

桐庐县2022年启动“春茶计划”，面向返乡大学生招募乡村运营人才，由县委组织部部长何青山牵头负责。当年共有1320人报名，经过面试和实训，最终录用86人，分到34个行政村任职。

一、建好平台

桐庐县投入680余万元建设“归雁驿站”12家，为返乡青年提供办公场地和住宿。县委人才办、县农业农村局、县文旅局组成服务专班，每季度到村走访一次。

二、用好考核

桐庐县对录用人员实行“一月一晒、半年一评”。连续两次评为末位的，由镇党委书记谈话提醒，第三次末位的解除聘用。
""",
    "鸠江.txt": """鸠江区打造“江畔英才港”青年人才社区

鸠江区围绕智能装备产业，建成“江畔英才港”人才公寓2150套，已入住青年人才1780人。人才公寓租金按市场价的六成收取。

鸠江区设立“晨光讲堂”，每月邀请企业技术骨干授课，开办以来举办46期，听课3900余人次。

鸠江区推行“双导师”制度：一名企业导师带技术，一名机关导师带政策，两年一个周期。
""",
    "总结.txt": """青田县2023年人才工作总结

青田县赴鸠江区学习人才社区经验。我县随后建成侨乡人才公寓300套，全部配齐家具。

2022年青田县引进硕士500名，2021年引进硕士410名。据研究[2]，引才成本有所下降。

青田县有党员突击队126个、青年突击队45支，在防汛中值守。
""",
    "遂昌2021.txt": """遂昌县2021年青年工作总结

遂昌县着力优化青年发展环境，建成青年驿站18家，为来遂求职青年提供三天免费住宿。
""",
    "遂昌2023.txt": """遂昌县2023年青年工作总结

遂昌县持续完善青年服务，建成青年驿站25家，实现乡镇全覆盖。
""",
    "丽水.txt": """丽水市两地加强人才工作

缙云县引进高层次人才20名，龙泉市引进高层次人才30名。
""",
    "松阳.txt": """松阳县加大人才投入

松阳县县委组织部会同财政部门持续加大人才工作投入力度，全年专项资金累计投入1,200万元建设青年人才公寓和青年人才驿站，让各类人才来得了留得住。
""",
    "发言.txt": """在年轻干部培养座谈会上的交流发言

各位领导、各位同事：

近年来，我区着力抓好年轻干部培养，现将有关情况汇报如下。

搭好三个台子练本领。搭好项目台子，选派28名年轻干部到重点项目专班全脱产锻炼。搭好信访台子，选派15名年轻干部到信访窗口接访。搭好村社台子，选派52名年轻干部到村社任职。

我区改造闲置校舍，建成年轻干部周转公寓96套，入住率达到九成以上。
""",
}


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Iterator[Assistant]:
    """An assistant over `TEXTS`."""
    root = tmp_path_factory.mktemp("assistant")
    files = root / "files"
    files.mkdir()
    for name, text in TEXTS.items():
        (files / name).write_text(text, "utf-8")
    settings = Settings.load(data=root / "data", model_folder=model_folder)
    encoder = open_encoder(settings)
    with Library.writing(settings, encoder.name) as library:
        Ingest(library, encoder, InProcess()).run([files])
    with assistant_for(settings) as opened:
        yield opened
