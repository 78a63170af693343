"""What web pages and print put around an article, each kind with its name in Chinese.

A pattern for a line must match the whole line: a sentence of the text that holds the same words stays. Where the words
alone do not tell (联系电话 stands in a notice and in the foot of a site), the lines beside it decide.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Protocol

_LONGEST = 120
"""Characters: a longer line is text, whatever words it has in common with a page's frame."""
_LONGEST_NOTICE = 400
"""Characters of a notice about copyright."""
_LONGEST_LINK = 45
"""Characters of a headline in a list of links."""
_RUNNING = 3
"""So often at least the same line must stand on the pages of a print."""
_LONGEST_RUNNING = 40
_PAGE = 8
"""Lines at least from the number of one page to that of the next, where only its value tells what it is."""
_PAGE_LINES = 4
"""Lines at least from the head of one page to that of the next."""
_MENU = 3
"""Words of a menu, each on its own line, that make one."""
_END_LINES = 12
"""Lines behind a list of links in which nothing but residue may stand."""


class PageLine(Protocol):
    """What has to be known of a line to judge it."""

    @property
    def text(self) -> str:
        """Its characters, white space at its ends taken off."""

    @property
    def whole(self) -> bool:
        """Whether it is a paragraph of a format that knows its paragraphs."""

    @property
    def row(self) -> bool:
        """Whether it is a row of a table."""

    @property
    def level(self) -> int:
        """That of a heading where the format tells it, else 0."""


class _Need(IntEnum):
    """What must stand beside a line for its pattern to hold."""

    NOTHING = 0
    RESIDUE = 1
    """Other residue, where the line is a whole paragraph: a single word such as 打印 may be a heading there."""
    BESIDE = 2
    """Other residue, in every format."""
    FOOT = 3
    """The foot of a site, before or behind."""
    ABOVE = 4
    """The foot of a site, before."""
    MENU = 5
    """Other words of a menu."""
    PLACE = 6
    """A place where a page counts its readers; under a label or a heading the same is a figure of the text."""


_SEPARATOR = r"[\s|｜丨/／·•,，、:：\[\]【】()（）<>＜＞«»\-+×*↓>]"
_SHARE = (
    "微信好友|微信朋友圈|微信扫一扫|微信|新浪微博|腾讯微博|微博|QQ空间|QQ好友|QQ|朋友圈|空间|豆瓣|人人网|钉钉|抖音|今日头条|"
    "复制链接|复制网址|一键分享|分享到|分享至|分享|转发|手机版|手机看|扫一扫|更多"
)
_FONT = "字体大小|文字大小|字号大小|字号|字体|特大|超大|默认|标准|正常|大|中|小|[TtAaＡ](?![a-z])"
_BUTTONS = (
    "打印本页|打印此页|打印文章|打印|关闭窗口|关闭本页|关闭|收藏本文|收藏|返回顶部|回到顶部|返回上一页|返回首页|返回列表|返回|"
    "我要纠错|纠错|举报|反馈|评论|点赞|赞|在看|推荐给好友|推荐|写留言|留言|保存|朗读|听新闻|语音播报|加入收藏|设为首页|"
    "在线咨询|网站地图|联系我们|关于我们"
)
_TOOL = rf"(?>{_SEPARATOR}*+(?:{_SHARE}|{_BUTTONS}|{_FONT}))"
_TOOLS = rf"{_TOOL}{{2,}}+{_SEPARATOR}*+"
_ONE_TOOL = rf"{_TOOL}{_SEPARATOR}*+"
_TAG = (
    r"</?(?:p|br|div|span|strong|em|b|i|u|font|a|img|h[1-6]|section|article|table|tbody|thead|tr|td|th|ul|ol|li|center|"
    r"o:p|script|style|iframe|input|button|label|form|hr|blockquote|pre|sup|sub|body|html|head|header|footer|nav|main)"
    r"(?=[\s/>])[^<>]{0,300}>"
)
_SPACE_ENTITY = r"&(?:nbsp|ensp|emsp|#160|#12288|#xa0|#x3000);"
_COUNTED = "浏览|阅读|点击|访问|查看|播放|观看|评论|点赞|转发|收藏|分享|在看|热度|人气|字数"
_COUNT = (
    rf"(?:累计|总|本文|本页|文章)?(?:(?:{_COUNTED}|关注)(?:次数|人数|量|数)|{_COUNTED}|赞)\s*[:：]?\s*[(（]?\s*"
    r"\d[\d,.]*\s*(?:万|[wk])?\+?\s*(?:次|字|条)?\s*[)）]?"
)
_COUNTER = re.compile(rf"(?:{_COUNTED}|关注|在读|页码)(?:次数|人数|量|数)?[:：]?")
"""What stands over a figure of its own where a page counts: 阅读, 点赞数."""
_BARE_NUMBER = re.compile(r"\d[\d,]*(?:\s+\d[\d,]*)*")
_TELEPHONE = r"(?:0\d{2,3}[\s\-]?\d{7,8}|1[3-9]\d{9}|[48]00[\s\-]?\d{3,4}[\s\-]?\d{3,4})"
_SITE = "新闻|APP|客户端|头条|小程序|浏览器|资讯|视频|微信|公众号"

_KINDS = [
    (reason, need, re.compile(pattern, re.IGNORECASE))
    for reason, need, pattern in (
        # Bars of tools: nothing but words of sharing, of font sizes and of buttons, side by side.
        (
            "分享栏",
            _Need.NOTHING,
            r"(?:网友\s*)?分享\s*(?:到|至|时间)\s*[:：]?\s*(?:[\d\-: |/、]|微信|微博|QQ|朋友圈|空间|复制链接)*",
        ),
        ("分享栏", _Need.NOTHING, rf"(?=.*(?:分享|微信|微博|QQ|朋友圈|复制链接)){_TOOLS}"),
        ("分享栏", _Need.BESIDE, rf"(?=.*(?:分享|微信|微博|QQ|朋友圈|复制链接)){_ONE_TOOL}"),
        ("分享栏", _Need.NOTHING, r"分享让更多人看到|(?:用)?微信扫(?:码|描?二维码)[\s，,]*分享[至到]好友和朋友圈"),
        (
            "字号栏",
            _Need.NOTHING,
            rf"(?=.*(?:字号|字体|文字大小)){_TOOLS}|大[\s|/]+中[\s|/]+小|[AＡT][+\-＋－]?(?:\s+[AＡT][+\-＋－]?)+",
        ),
        (
            "按钮",
            _Need.NOTHING,
            rf"(?=.*(?:打印|关闭|收藏|返回|纠错|举报|反馈|留言|朗读|听新闻|语音播报|赞|评论)){_TOOLS}",
        ),
        (
            "按钮",
            _Need.RESIDUE,
            rf"(?=.*(?:打印|关闭|返回|纠错|听新闻|语音播报)){_ONE_TOOL}",
        ),
        # Words that a document may have for a heading or for an entry of a list.
        (
            "按钮",
            _Need.BESIDE,
            rf"(?=.*(?:收藏|举报|反馈|留言|朗读|赞|评论)){_ONE_TOOL}|"
            r"下载|全屏|加大|减小|还原|放大|缩小|播放|暂停|重播|朗读|翻译|原创|推荐|更多|保存|收起",
        ),
        (
            "按钮",
            _Need.NOTHING,
            r"(?:展开全文|查看原文|阅读全文|查看全文|收起全文|更多精彩\S{0,10}|点击查看更多|加载更多)[>＞》↓\s]*",
        ),
        ("按钮", _Need.RESIDUE, r"[×✕✖]|关闭\s*[×✕]|知道了|取消\s*允许|去阅读|写下你的想法"),
        # The way through a site.
        (
            "导航",
            _Need.NOTHING,
            r"(?:您?(?:当前|现在|目前)的?(?:所在)?(?:的)?|您的?(?:所在|现在)?的?)(?:位置|栏目)(?:是|"
            r"为)?\s*[:：].{0,80}|(?:当前|您的?)所在位置\s*[>＞].{0,80}",
        ),
        ("导航", _Need.NOTHING, r"(?:网站)?(?:首页|主页)\s*[>＞»›→].{0,100}|.{0,80}[>＞»›]\s*(?:正文|详情|内容)"),
        ("导航", _Need.NOTHING, r"(?:网站)?首页(?:[\s|｜丨/／·]+\S{2,8}){2,}"),
        (
            "导航",
            _Need.NOTHING,
            r"[上下前后]一[篇页条则](?:文章|新闻)?\s*(?:[:：>＞»\]】].{0,80}|\s\S.{0,80})?|"
            r"[<«‹]*\s*[上下]一[篇页]\s*[>»›]*",
        ),
        (
            "导航",
            _Need.NOTHING,
            r"返回(?:搜狐|首页|列表|顶部|目录|上一?级|上一页)(?:页|页面|新闻|栏目|目录)?(?:[>＞»，,]\S*)?",
        ),
        (
            "导航",
            _Need.NOTHING,
            r"(?:网站首页|设为首页|加入收藏|收藏本站|网站地图|联系我们|关于我们|用户登录|登录\s*[|/]?\s*注册|移动版|"
            r"电脑版|手机版|触屏版|客户端下载|ENGLISH|简体|繁[体體](?:中文)?|简\s*[|/]\s*繁|邮箱登录|"
            r"RSS订阅)(?:\s*[|｜/·\s]\s*(?:首页|网站首页|设为首页|加入收藏|收藏本站|网站地图|联系我们|关于我们|"
            r"用户登录|登录|注册|退出|移动版|电脑版|手机版|帮助|ENGLISH|EN|简体|繁[体體](?:中文)?|版权声明|网站声明|"
            r"隐私政策|无障碍|长者助手))*",
        ),
        ("导航", _Need.BESIDE, r"登录|注册|退出登录|帮助中心|常见问题"),
        (
            "导航",
            _Need.MENU,
            r"首页|要闻|新闻|头条|专题|视频|图片|搜索|数据|服务|互动|党建|政务|帮助|退出|登录|注册|(?:机构|"
            r"部门)(?:概况|设置|职能|简介)|(?:新闻|资讯|信息)(?:中心|动态|发布)|(?:图片|视频|时政|本地)新闻|(?:政务|"
            r"政府信息|信息|党务)公开|(?:通知|公告|公示)(?:公告|公示)|(?:办事|政务|公共|在线|便民)服务|(?:互动|政民|"
            r"党群)(?:交流|互动)|(?:专题|热点)专栏|领导(?:之窗|信息)|(?:工作|组工|党建|基层|时政)(?:动态|要闻|信息|"
            r"资讯)|(?:干部|人才|党建|老干部?|公务员)工作|(?:基层|组织)(?:党建|组织|建设)|党员教育|(?:资料|文件|"
            r"表格)下载|下载中心|在线(?:咨询|办事)|政策(?:法规|文件|解读)|走进\S{2,4}",
        ),
        (
            "无障碍栏",
            _Need.NOTHING,
            r"(?:进入|切换|打开|关闭)?\s*(?:无障碍(?:浏览|阅读|模式|辅助)|适老化(?:版|模式)|(?:长者|关怀|老年|"
            r"大字)(?:版|模式|助手|专区|关怀))(?:\s*[|｜/·\s]\s*(?:无障碍(?:浏览|阅读|模式|服务)?|(?:长者|关怀|老年|"
            r"大字)(?:版|模式|助手|专区)|智能问答|智能机器人|智能客服|登录|注册|个人中心|繁[体體]版?|简体版?|"
            r"EN(?:GLISH)?))*",
        ),
        ("无障碍栏", _Need.BESIDE, r"无障碍(?:服务)?|适老化"),
        ("无障碍栏", _Need.NOTHING, r"(?:[\s|｜/·]*(?>无障碍|(?:长者|关怀|老年)(?:版|模式|助手|专区)|"
 r"繁[体體]版?|简体版?|登录|注册)){2,}"),
        ("无障碍栏", _Need.NOTHING, r"智能(?:问答|机器人|客服)|本网站已支持IPv6(?:访问)?|IPv6"),
        (
            "计数",
            _Need.NOTHING,
            r"您是(?:本站|本文)?第\s*\d+\s*位(?:访问者|访客|读者|来访者)",
        ),
        ("计数", _Need.PLACE, rf"{_COUNT}(?:[\s|｜/·,，]+{_COUNT})*"),
        # Frames of WeChat.
        (
            "公众号框架",
            _Need.NOTHING,
            r"(?:👇|👆|↑|↓|▲|▼|\s)*(?:请)?(?:点击|点一?下|戳|轻触)(?:上方|上面|下方|下面|标题下方?的?|右上角|左下角|"
            r"文末)?[“\"「【]?(?:蓝色?字|关注|名片|卡片|公众号名片)[”\"」】]?.{0,16}",
        ),
        (
            "公众号框架",
            _Need.NOTHING,
            r"(?:点击|轻触|戳)?(?:左下角|文末|下方)?[“\"「【]?阅读原文[”\"」】]?[,，]?(?:查看|了解|获取|"
            r"进入)?\S{0,10}",
        ),
        (
            "公众号框架",
            _Need.NOTHING,
            r"[\s\-—–─·•~]*(?:THE\s)?END[\s\-—–─·•~]*|预览时标签不可点|收录于(?:合集|话题|专辑)\s*(?:#.{0,60})?|继续滑动看下一个|向上滑动看下一个|"
            r"轻触阅读原文|轻触查看原文|在小说阅读器(?:读本章|中沉浸阅读)|已同步到看一看|喜欢作者|人划线|"
            r"作者提示[:：].{0,30}|#\S{1,16}\s+\d+\s*个|#[^\s#]{1,16}(?:\s+#[^\s#]{1,16})+|"
            r"微信扫一扫\s*(?:关注该公众号|使用小程序|可打开此内容.{0,16}|赞赏作者)|(?:视频|小程序|赞|在看|分享|留言|"
            r"收藏|听过|[\s，,、：:。]|轻点两下取消赞|轻点两下取消在看){4,}",
        ),
        ("公众号框架", _Need.BESIDE, r"微信号\s*[:：]?\s*[\w\-]{4,30}|功能介绍\s*.{0,60}"),
        (
            "公众号框架",
            _Need.NOTHING,
            r"(?:点[个下]?|求|给个?)(?:在看|赞|右下角)(?:和?在看)?[哦吧呀啦呗支持~～！!]*[↓\s]*|(?:分享|"
            r"收藏)[、\s]*(?:点赞|收藏)[、\s]*在看",
        ),
        (
            "公众号框架",
            _Need.NOTHING,
            r"(?:欢迎|请|快来|记得)?(?:长按|扫描?|识别|扫一扫)\S{0,6}(?:上方|下方|"
            r"图中)?\S{0,6}二维码(?:[，,]?\s*(?:关注|识别|添加|加入|进群|下载|查看|了解|阅读|报名|参与|获取|打开|"
            r"分享).{0,14}|[↓！!~～\s]*)|扫码(?:关注|进群|下载)\S{0,12}|(?:关注|设为)[“\"]?星标[”\"]?|"
            r"欢迎关注\S{0,6}(?:公众号|视频号|抖音号|微博)\S{0,16}",
        ),
        (
            "推广语",
            _Need.NOTHING,
            rf"(?:打开|下载)\s*\S{{0,8}}(?:{_SITE})\s*[，,]?\s*(?:查看|阅读|观看|体验|参与|"
            rf"看)\S{{0,12}}(?:\s\S{{0,12}})?",
        ),
        (
            "推广语",
            _Need.NOTHING,
            r"(?:立即|点击|免费|扫码|扫一扫)下载\S{0,12}|下载(?:APP|客户端)|"
            r"(?:手机)?扫一扫[,，\s]*(?:在)?手机(?:上)?(?:打开|阅读|查看|看)\S{0,8}|在手机上(?:打开|阅读|查看)\S{0,8}",
        ),
        ("推广语", _Need.NOTHING, r"(?:新闻|线索)?(?:报料|爆料)(?:热线|电话|邮箱|通道)\s*[:：].{3,100}"),
        (
            "广告",
            _Need.NOTHING,
            r"[【\[(（]?\s*(?:广告|AD|ADVERTISEMENT|广告位|广告位招租|赞助商?内容|广告合作)\s*[】\])）]?|"
            r"(?:商务|广告)合作\s*[:：].{3,60}|广告 .{2,60}>>.{2,30}×",
        ),
        # Lists of links; those under them are found by `residues`.
        (
            "相关阅读",
            _Need.NOTHING,
            r"[【\[■◆●▎|\s]*(?:(?:相关|推荐|热门|精彩|往期|拓展|热点|最新|关联)\s*(?:阅读|推荐|新闻|报道|文章|链接|"
            r"资讯|回顾|精选|稿件|视频|图集)|延伸(?:阅读|链接)|相关|猜你喜欢|大家都在看|大家还在看|为您?你?推荐|"
            r"热文排行|(?:新闻|点击|热点|阅读)排行榜?|今日热[点搜]|网友评论|最新评论|精彩评论|编辑推荐|我来说两句|"
            r"看过本文的人还看了|更多相关\S{0,4})\s*[】\]]?\s*[:：>＞»]*",
        ),
        # The foot of a site.
        (
            "版权声明",
            _Need.NOTHING,
            r"(?:特别声明|免责声明|版权声明|转载声明)\s*[:：].*|[^。！？；，]{0,40}?(?:版权所有|COPYRIGHT|©|"
            r"Ⓒ)(?![人者权])(?:[\s:：,，、.。©(（\-–—].*|(?:归|未经|严禁|不得|\d{4}).*)?",
        ),
        (
            "版权声明",
            _Need.NOTHING,
            r"(?:[*＊（(])?(?:未经(?:授权|许可|允许|书面)\S{0,12}(?:不得|禁止|严禁|谢绝)\S{0,4}转载.{0,30}|"
            r"\S{0,12}转载请注明.{0,30}|本文(?:仅|只)代表作者.{0,20}(?:观点|立场).{0,30}|(?:部分|文中|本文)?(?:图片|"
            r"配图|图文|素材)\S{0,4}(?:来自|来源于?|源自)\s*网络.{0,40}|如有侵权.{0,8}(?:删除|联系).{0,20})[)）*＊]?",
        ),
        (
            "网站信息",
            _Need.NOTHING,
            r".*ICP\s*(?:备|证)\s*(?:\d|案[序编]?号?\s*[:：]).*|.*公网安备\s*\d{6,}.*|"
            r".*网站标识码\s*[:：]?\s*[a-z]*\d{6,}.*|.*(?:信息服务|"
            r"视听节目)许可证(?:编?号)?\s*[:：]?\s*[\dA-Z\-]{5,}.*|.{0,20}违法和?不良信息举报(?:电话|中心|邮箱).*|"
            r"政府网站找错|建议使用\S{0,20}(?:浏览器|分辨率).*",
        ),
        (
            "网站信息",
            _Need.FOOT,
            r"(?:网站)?(?:主办|承办|协办|运维|维护|运营|管理|版权|技术支持)(?:单位|方)?\s*[:：].{2,80}|党政机关|"
            r"事业单位",
        ),
        ("网站信息", _Need.ABOVE, r"(?:地址|邮编|邮政编码|电话|联系电话|传真|邮箱|电子邮箱|E-?mail)\s*[:：].{3,80}"),
        # Print.
        (
            "页码",
            _Need.NOTHING,
            r"[—\-–－─━~～·•]{1,4}\s*(?:\d{1,4}|[ivx]{1,5})\s*[—\-–－─━~～·•]{1,4}|"
            r"第\s*[\d〇零一二三四五六七八九十百]{1,5}\s*页"
            r"(?:\s*[/,，（(]?\s*[共总]\s*[\d〇零一二三四五六七八九十百]{1,5}\s*页\s*[)）]?)?|"
            r"[共总]\s*\d{1,4}\s*页(?:\s*[,，/]?\s*第\s*\d{1,4}\s*页)?|PAGE\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|"
            r"\d{1,4}\s*/\s*[共]?\d{1,4}\s*页",
        ),
        # Remains of scripts, style sheets and markup.
        (
            "脚本残留",
            _Need.NOTHING,
            r"(?:var|let|const)\s+\w+\s*[=;,].*[;{)}\],]\s*|function\s*\w*\s*\(.*[;{)}\],]\s*|(?:document|"
            r"window)\.\w.*[;{)}\],]\s*|\$\(.*[;{)}\],]\s*|jQuery\b.*[;{)}\],]\s*|(?:if|for|while|switch|"
            r"catch)\s*\(.*[;{}]\s*|\}?\s*else\s*\{?|return\b[^\u3400-\u9fff]*;|@(?:media|import|charset)\b.*[;{]\s*|"
            r"javascript:.*|try\s*\{.*|//<!\[CDATA\[|//\]\]>|/\*.*\*/|<!--.*|-->",
        ),
        (
            "脚本残留",
            _Need.NOTHING,
            r"[A-Za-z0-9_.$]{1,60}\([^\u3400-\u9fff]*\)\s*;|[A-Za-z0-9_.$]{1,60}\(\)|"
            r"[.#]?[a-z][^\u3400-\u9fff{}]*\{(?:[^\u3400-\u9fff]*:[^\u3400-\u9fff]*\}?)?|(?:color|background|font|width|height|margin|"
            r"padding|border|display|float|position|text-|line-height|overflow|"
            r"z-index)[\w\-]*\s*:[^\u3400-\u9fff]*;\s*\}?|"
            r"[\[{,\s]*\"[A-Za-z_\-]+\"\s*:[^\u3400-\u9fff]*[,{}\[\]\"\d]\s*",
        ),
        ("脚本残留", _Need.NOTHING, r"(?=.*[;{}()\"'])[\"'()\[\]{};,\s]+"),
        ("网页代码", _Need.NOTHING, r"(?>\s*+(?:</?[a-z!][^<>]*>|&(?:[a-z]{2,8}|#x?[\da-f]{1,6});))++\s*+"),
        # Neither a letter nor a digit; and digits alone.
        ("符号残留", _Need.NOTHING, r"[^\w□■◆●]*"),
        ("日期", _Need.BESIDE, r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?"),
        ("计数", _Need.PLACE, rf"(?!{_TELEPHONE}$|(?:19|20)\d\d$){_BARE_NUMBER.pattern}"),
        ("计数", _Need.BESIDE, rf"(?!{_TELEPHONE}$)[\d\s.,:/\-]+"),
    )
]  # fmt: skip

# At the ends of a line: what page and scraper put before its first word and behind its last one.
_HEADS = [
    ("采集前缀", re.compile(r"[\d\-:/ ]{0,20}，正文：\s*")),
    ("采集前缀", re.compile(r"原标题[:：]\s*")),
]
_TAILS = [
    (
        "版权声明",
        re.compile(
            r"如遇[^。]{0,20}版权[^。]{4,40}联系。[^。]{0,8}电话：[\d\-]{7,16}\s*$|"
            r"声明：[^。]{0,6}版权归[^。]{10,60}联系[^。]{0,20}处理。[^。]{0,4}邮箱[^。]{0,4}：\S{5,40}\s*$"
        ),
    ),
    ("导航", re.compile(r"返回搜狐，查看更多\s*")),
    ("编辑署名", re.compile(r"责任编辑[:：]\s*$")),
    ("按钮", re.compile(r"举报/反馈\s*$")),
    ("分享栏", re.compile(r"分享让更多人看到\s*$")),
    ("推广语", re.compile(r"更多精彩内容请进入\S{2,8}\s*$")),
    ("推广语", re.compile(r"新闻线索报料通道：应用市场下载“.{2,8}”APP，或搜索微信小程序“.{2,8}”，.{4,30}报料！\s*$")),
    ("广告", re.compile(r"(?<=[。！？”])广告 [^。！？×]{2,60}>>[^。！？×]{2,30}×\s*")),
]
_MARKUP_HEAD = re.compile(rf"(?>\s*+(?:{_TAG}|{_SPACE_ENTITY}))++\s*+", re.IGNORECASE)
_MARKUP = re.compile(rf"{_TAG}|{_SPACE_ENTITY}", re.IGNORECASE)
_LONGEST_TAG = 320
_HINT = re.compile(r"正文：|原标题|×|返回搜狐|责任编辑|举报/反馈|人看到|请进入|报料！|版权")
"""A cheap sign that one of the patterns above may hold."""

_DATED = re.compile(r"[\[(（]?(?:(?:19|20)\d\d[-/.年])?\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d{2})?[\])）]?")
_BULLET = re.compile(r"[·•●▪>＞»※☆★]|\[[图视专]")
_SENTENCE_SIGN = re.compile(r"[。；;]")
_OPEN = re.compile(r"[，,、：:（(“《]$")
_CREDIT = re.compile(
    r".{0,8}(?:来源|编辑|编审|审核|校对|责编|总编|记者|作者|摄影|监制|终审|时间|日期)\s*[:：丨|].{1,40}"
)
_BOX = re.compile(r"[【\[]?\s*(?:(?:相关|延伸|拓展)\s*链接|(?:延伸|拓展)\s*阅读)\s*[】\]]?\s*[:：]?")
"""What also heads a box with text of its own, in a newspaper."""
_ENTRY = re.compile(r"\S.{0,60}?[.·…．。\s]+\d{1,4}")
_CONTENTS = re.compile(r"目\s{0,8}[录次]")
_NUMBER = re.compile(r"\d{1,4}")
_FIGURE = ("计数", _Need.PLACE)
_RUNNING_TEXT = re.compile(r"[，。；！？!?;]|[\u4e00-\u9fff],")
_DAY = re.compile(r"(?:19|20)\d\d\s?[-/.年].{1,30}")


def residues(lines: Sequence[PageLine]) -> list[str]:
    """Return for each line what kind of residue of a page it is; an empty string for text.

    Rows of tables and headings of a format are never residue.
    """
    found = [("", _Need.NOTHING) if line.row or line.level else _kind(line.text) for line in lines]
    for index, line in enumerate(lines[:-1]):
        if found[index + 1] == _FIGURE and not (line.row or line.level) and _COUNTER.fullmatch(line.text):
            found[index] = _FIGURE
    kinds = _confirmed(lines, found)
    _mark_links(lines, kinds)
    _mark_contents(lines, kinds)
    _mark_page_numbers(lines, kinds)
    return kinds


def running_lines(lines: Sequence[PageLine], kinds: Sequence[str], is_cut: Callable[[PageLine], bool]) -> list[int]:
    """Return where the head or foot of a page of print stands: the same line again and again, inside sentences.

    Args:
        lines: those of the text.
        kinds: what `residues` returned for them.
        is_cut: whether a line ends in the middle of a sentence.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if len(line.text) <= _LONGEST_RUNNING and not (kinds[index] or line.whole or line.row or line.level):
            places[line.text].append(index)
    found: list[int] = []
    for indexes in places.values():
        if len(indexes) < _RUNNING:
            continue
        inside = [index for index in indexes if _stands_inside(lines, kinds, index, is_cut)]
        apart = all(lower - upper >= _PAGE_LINES for upper, lower in pairwise(indexes))
        if apart and len(inside) >= _RUNNING - 1 and 2 * len(inside) >= len(indexes):
            # The first may be the title that the pages repeat.
            found.extend(index for index in indexes if index >= _PAGE or index in inside)
    return sorted(found)


def without_frame(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a line without what a page or a scraper put at its ends, and the removed parts with their kinds."""
    removed: list[tuple[str, str]] = []
    if "<" in text or "&" in text:
        text = _without_markup(text, removed)
    if not _HINT.search(text):
        return text, removed
    for reason, pattern in _HEADS:
        if match := pattern.match(text):
            removed.append((match[0].strip(), reason))
            text = text[match.end() :]
    tails: list[tuple[str, str]] = []
    for reason, pattern in _TAILS:
        if parts := [match[0].strip() for match in pattern.finditer(text)]:
            tails.extend((part, reason) for part in parts)
            text = pattern.sub("", text).rstrip()
    return text.strip(), removed + tails[::-1]


def _without_markup(text: str, removed: list[tuple[str, str]]) -> str:
    """Take tags and entities for spaces off the ends of a line; inside it they stay, as it is quoted as it stands."""
    start = 0
    if match := _MARKUP_HEAD.match(text):
        start = match.end()
        removed.append((match[0].strip(), "网页代码"))
    end = len(text)
    while end > start and text[end - 1] in ">;":
        begin = text.rfind("<" if text[end - 1] == ">" else "&", max(start, end - _LONGEST_TAG), end)
        if begin < 0 or not _MARKUP.fullmatch(text, begin, end):
            break
        end = begin
        while end > start and text[end - 1].isspace():
            end -= 1
    if end < len(text):
        removed.append((text[end:].strip(), "网页代码"))
    return text[start:end].strip()


def _kind(text: str) -> tuple[str, _Need]:
    """Return what a line may be and what must stand beside it; the pattern that needs least wins."""
    found = ("", _Need.NOTHING)
    if len(text) > _LONGEST_NOTICE:
        return found
    for reason, need, pattern in _KINDS:
        if (found[0] and need) or (len(text) > _LONGEST and reason != "版权声明"):
            continue
        if pattern.fullmatch(text):
            if not need:
                return reason, need
            found = (reason, need)
    return found


def _confirmed(lines: Sequence[PageLine], found: Sequence[tuple[str, _Need]]) -> list[str]:
    """Return the kinds of those lines whose pattern holds, by what stands beside them."""
    kinds = [
        reason if need is _Need.NOTHING or (need is _Need.RESIDUE and not line.whole) else ""
        for line, (reason, need) in zip(lines, found, strict=True)
    ]
    running = [index for index, line in enumerate(lines) if not kinds[index] and _is_running(line)]
    for start, end, need in _runs(found, kinds):
        around = [kinds[index] for index in (start - 1, end) if 0 <= index < len(kinds)]
        match need:
            case _Need.RESIDUE | _Need.BESIDE:
                # The days of a chronicle have what happened on them right behind.
                is_day = found[end - 1][0] == "日期" and end < len(lines) and _is_running(lines[end])
                holds = any(around) and not is_day
            case _Need.MENU:
                holds = (end - start >= _MENU or "导航" in around) and _has_home(lines, start, end)
            case _Need.PLACE:
                holds = _counts_readers(lines, kinds, start, end, running)
            case _:
                holds = False
        if holds:
            for index in range(start, end):
                kinds[index] = found[index][0]
    foot = ("网站信息", "版权声明")
    for index, (reason, need) in enumerate(found):
        if need in (_Need.FOOT, _Need.ABOVE) and index and kinds[index - 1] in foot:
            kinds[index] = reason
    for index in range(len(found) - 2, -1, -1):
        if found[index][1] is _Need.FOOT and kinds[index + 1] in foot:
            kinds[index] = found[index][0]
    return kinds


def _runs(found: Sequence[tuple[str, _Need]], kinds: Sequence[str]) -> list[tuple[int, int, _Need]]:
    """Return the runs of lines whose patterns need the same beside them."""
    runs: list[tuple[int, int, _Need]] = []
    for index, (reason, need) in enumerate(found):
        if not reason or kinds[index]:
            continue
        if runs and runs[-1][1] == index and runs[-1][2] is need:
            runs[-1] = (runs[-1][0], index + 1, need)
        else:
            runs.append((index, index + 1, need))
    return runs


def _counts_readers(
    lines: Sequence[PageLine], kinds: Sequence[str], start: int, end: int, running: Sequence[int]
) -> bool:
    """Whether figures in `lines[start:end]` stand where a page has those of its readers, and none of the text.

    That is between title and text, behind the last words, or between two paragraphs; what stands under a label, a
    heading or a colon is said by the text.
    """
    above = next((i for i in range(start - 1, -1, -1) if not kinds[i]), -1)
    below = next((i for i in range(end, len(lines)) if not kinds[i]), len(lines))
    beside = above < start - 1 or end < below
    if not running or (above >= 0 and _OPEN.search(lines[above].text)):
        return False
    behind_text = above >= 0 and _is_frame(lines[above])
    before_text = below < len(lines) and _is_frame(lines[below])
    known = any(line.whole for line in lines[start:end])
    bare = all(_BARE_NUMBER.fullmatch(line.text) for line in lines[start:end])
    if known and bare:
        return beside and behind_text
    if start < running[0]:
        return before_text
    if end > running[-1]:
        return behind_text
    return behind_text and (beside or (not known and end - start == 1 and (bare or before_text)))


def _is_running(line: PageLine) -> bool:
    """Whether a line is running text, or a part of it."""
    return (
        not line.row and not line.level and (len(line.text) > _LONGEST_RUNNING or bool(_RUNNING_TEXT.search(line.text)))
    )


def _is_frame(line: PageLine) -> bool:
    """Whether a line is running text or what stands around it, such as an editor or a date; no label, no heading."""
    return _is_running(line) or bool(_CREDIT.fullmatch(line.text) or _DAY.fullmatch(line.text))


def _has_home(lines: Sequence[PageLine], start: int, end: int) -> bool:
    """Whether a menu has a word that no list of headings has."""
    return any("首页" in lines[index].text for index in range(max(0, start - 1), min(len(lines), end + 1)))


def _mark_links(lines: Sequence[PageLine], kinds: list[str]) -> None:
    """Mark the headlines under 相关阅读 and the like: those with a date or a bullet, and any at the end of a page."""
    end = 0
    at_end = False
    for index in range(len(kinds)):
        if kinds[index] != "相关阅读":
            continue
        if index >= end:
            end = index + 1
            while end < len(lines) and (kinds[end] or _is_headline(lines[end])):
                end += 1
            behind = range(end, min(len(lines), end + _END_LINES))
            at_end = len(lines) - end < _END_LINES and all(kinds[i] or _CREDIT.fullmatch(lines[i].text) for i in behind)
        first = index + 1
        while first < end and kinds[first] != "相关阅读" and (kinds[first] or at_end or _is_entry(lines[first].text)):
            kinds[first] = kinds[first] or "相关链接"
            first += 1
        if first == index + 1 < len(lines) and _BOX.fullmatch(lines[index].text) and not kinds[first]:
            kinds[index] = ""


def _is_headline(line: PageLine) -> bool:
    text = line.text
    if line.row or line.level or len(text) > _LONGEST_LINK or _CREDIT.fullmatch(text):
        return False
    return not _SENTENCE_SIGN.search(text) and not _OPEN.search(text)


def _is_entry(text: str) -> bool:
    return bool(_BULLET.match(text) or _DATED.match(text) or _DATED.search(text[-20:]))


def _mark_contents(lines: Sequence[PageLine], kinds: list[str]) -> None:
    """Mark a list of contents with page numbers: each of its entries comes back as a heading."""
    for index, line in enumerate(lines):
        if line.row or line.level or not _CONTENTS.fullmatch(line.text):
            continue
        end = index + 1
        while end < len(lines) and (_ENTRY.fullmatch(lines[end].text) or kinds[end] == "页码"):
            end += 1
        if end - index > _MENU - 1:
            for i in range(index, end):
                kinds[i] = "目录"


def _mark_page_numbers(lines: Sequence[PageLine], kinds: list[str]) -> None:
    """Mark numbers alone on their lines that count upwards, each at least a page behind the one before."""
    run: list[int] = []
    numbers = [
        i for i, line in enumerate(lines) if not (line.whole or line.row or line.level) and _NUMBER.fullmatch(line.text)
    ]
    for index in [*numbers, -1]:
        follows = (
            index >= 0 and run and int(lines[index].text) == int(lines[run[-1]].text) + 1 and index - run[-1] >= _PAGE
        )
        if follows:
            run.append(index)
            continue
        if len(run) >= _RUNNING:
            for i in run:
                kinds[i] = "页码"
        run = [index]


def _stands_inside(
    lines: Sequence[PageLine], kinds: Sequence[str], index: int, is_cut: Callable[[PageLine], bool]
) -> bool:
    """Whether a line stands in the middle of a sentence or beside the number of a page."""
    before = index - 1
    while before >= 0 and kinds[before]:
        if kinds[before] == "页码":
            return True
        before -= 1
    if index + 1 < len(lines) and kinds[index + 1] == "页码":
        return True
    return before >= 0 and is_cut(lines[before]) and not is_cut(lines[index])
