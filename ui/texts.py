"""Every word that the page itself says, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language. Fields in braces are filled with `str.format`."""

    lang: str
    name: str
    tagline: str
    size: str
    # 首页
    welcome: str
    welcome_more: str
    examples: str
    placeholder: str
    placeholder_wait: str
    send: str
    stop: str
    new_chat: str
    hint: str
    hint_empty: str
    hint_long: str
    hint_busy: str
    # 回答
    searching: str
    refused: str
    partial: str
    stopped: str
    failed: str
    unverified: str
    cited: str
    passages: str
    copy: str
    # 原文
    panel: str
    panel_empty: str
    panel_help: str
    place: str
    date: str
    date_from: str
    kind: str
    issuer: str
    speaker: str
    occasion: str
    taken_from: str
    authors: str
    file: str
    at: str
    copies: str
    notes: str
    and_copies: str
    heading: str
    unstated: str
    previous: str
    next: str
    position: str
    passage_position: str
    copy_quote: str
    quote_moved: str
    quote_failed: str
    quote_given: str
    omitted: str
    source_gone: str
    # 对话与导航
    nav_ask: str
    nav_library: str
    nav_admin: str
    log_out: str
    conversations: str
    search_conversations: str
    no_conversations: str
    none_match: str
    rename: str
    delete: str
    deleted: str
    undo: str
    export: str
    word: str
    markdown: str
    retry: str
    edit: str
    editing: str
    moved_on: str
    cancel: str
    next_questions: str
    interrupted: str
    source_changed: str
    source_limited: str
    busy_library: str
    switching: str
    # 评价
    feedback: str
    useful: str
    wrong_figure: str
    wrong_source: str
    missing: str
    comment: str
    thanks: str
    # 徽标
    badge_verbatim: str
    badge_rephrased: str
    badge_unsupported: str
    # 范围
    limits: str
    limit_place: str
    limit_years: str
    limit_from: str
    limit_to: str
    limit_kind: str
    limit_collection: str
    no_limit: str
    clear_limits: str
    asked_within: str
    # 原件
    original: str
    open_in_library: str
    then_text: str
    close: str
    # 状态
    starting: str
    starting_more: str
    waiting: str
    indexing: str
    indexing_more: str
    seconds_left: str
    minutes_left: str
    empty: str
    empty_steps: tuple[str, ...]
    error: str
    error_more: str
    some_failed: str
    outdated: str


CHINESE = Texts(
    lang="zh-CN",
    name="组工智答",
    tagline="组织工作文献问答 · 每句话都能核对原文",
    size="{documents} 份文档 · {articles} 篇文章",
    welcome="想了解哪方面的组织工作？",
    welcome_more="回答只引用资料库中的原文，句末编号可点开出处，逐字核对。",
    examples="可以这样问",
    placeholder="请输入问题，按回车发送",
    placeholder_wait="资料库准备好之后即可提问",
    send="发送",
    stop="停止",
    new_chat="新对话",
    hint="回答均引自资料库原文，正式引用前请点击编号核对。",
    hint_empty="请先输入问题。",
    hint_long="问题有 {count} 字，超过了 {limit} 字的上限，请精简后再发送。",
    hint_busy="上一个问题还在回答，请等它结束或点击“停止”。",
    searching="正在查阅资料库",
    refused="未回答",
    partial="部分回答",
    stopped="已停止",
    failed="出错了，这个问题没有答成。请再试一次；如仍出错，请联系管理员查看日志。",
    unverified="未核实",
    cited="引用的原文",
    passages="检索到的段落",
    copy="复制回答",
    panel="原文",
    panel_empty="点击回答中的编号 [1]，在这里查看原文",
    panel_help="引用的文字会在全文中标出，并注明地点、日期和来源文件。",
    place="地点",
    date="日期",
    date_from="{date}（据{known}）",
    kind="文种",
    issuer="发文单位",
    speaker="讲话人",
    occasion="场合",
    taken_from="文稿来源",
    authors="作者",
    file="来源文件",
    at="{file}（{at}）",
    copies="相同文稿",
    notes="读取说明",
    and_copies="（另有 {count} 份相同文稿）",
    heading="所在章节",
    unstated="未注明",
    previous="上一条",
    next="下一条",
    position="引文 {marker} · 共 {total} 条",
    passage_position="检索到的第 {marker} 段 · 共 {total} 段",
    copy_quote="复制引文",
    quote_moved="原文已更新：引文已不在原来的位置，请以现在的文件为准。",
    quote_failed="这条引文未能在原文中逐字核实，请勿直接引用。",
    quote_given="回答给出的引文",
    omitted="（此处省略 {count} 字）",
    source_gone="这份文件已不在资料库中。",
    nav_ask="问答",
    nav_library="资料库",
    nav_admin="管理",
    log_out="退出",
    conversations="对话记录",
    search_conversations="查找对话",
    no_conversations="问过的问题会保存在这里。",
    none_match="没有找到相符的对话。",
    rename="改名",
    delete="删除",
    deleted="已删除“{title}”。",
    undo="撤销",
    export="导出",
    word="导出 Word",
    markdown="导出 Markdown",
    retry="重新回答",
    edit="修改问题",
    editing="正在修改上一个问题，发送后将替换原来的回答。",
    moved_on="这个对话在别处又问了新的问题，已经显示；请对最后一个问题操作。",
    cancel="取消",
    next_questions="可以接着问",
    interrupted="回答中断",
    source_changed="原文已更新",
    source_limited="这条回答引用了您现在无权查阅的资料，不再显示。如需查阅，请联系管理员。",
    busy_library="正在更新资料库",
    switching="正在启用新的索引，这时提出的问题会稍等几秒",
    feedback="这条回答",
    useful="有用",
    wrong_figure="数字有误",
    wrong_source="出处有误",
    missing="内容缺漏",
    comment="补充说明",
    thanks="已记下，再点一次可撤销",
    badge_verbatim="逐字引自原文，已核对",
    badge_rephrased="由语言模型转述，数字、名称、地点和否定已与原文核对，意思请点开编号确认",
    badge_unsupported="没有通过与原文的核对，请勿直接引用",
    limits="范围",
    limit_place="地点",
    limit_years="年份",
    limit_from="起始年",
    limit_to="截止年",
    limit_kind="文种",
    limit_collection="资料集",
    no_limit="不限",
    clear_limits="清除范围",
    asked_within="范围：{limits}",
    original="下载原件",
    open_in_library="在资料库中查看",
    then_text="回答时的原文如下：",
    close="关闭",
    starting="正在启动",
    starting_more="正在载入模型和资料库，通常需要几秒钟。",
    waiting="资料库暂时被占用",
    indexing="正在建立资料库",
    indexing_more="首次建立时间较长，完成后页面会自动进入问答，不必刷新。",
    seconds_left="剩余不到 1 分钟",
    minutes_left="约剩 {minutes} 分钟",
    empty="资料库里还没有文件",
    empty_steps=(
        "打开上方的“资料库”，把文件（Word、PDF、扫描件、表格、网页、文本等）或整个文件夹拖进去；",
        "或者把文件放进 corpus/ 文件夹，然后重新运行 `make run`；",
        "或者直接指定文件夹：`make run CORPUS=文件夹`。",
    ),
    error="未能启动问答",
    error_more="请按上面的提示处理后重新启动程序；终端中有详细信息。",
    some_failed="有文件未能读取，请到“资料库”中查看原因。",
    outdated="{reason}目前按已有的资料库回答。",
)

ENGLISH = Texts(
    lang="en",
    name="OrgAsk",
    tagline="Questions and answers over organisation-work documents, every sentence cited",
    size="{documents} documents · {articles} articles",
    welcome="What would you like to know?",
    welcome_more="Answers quote the library only; click a number to check the very words in the source.",
    examples="You could ask",
    placeholder="Type a question and press Enter",
    placeholder_wait="You can ask once the library is ready",
    send="Send",
    stop="Stop",
    new_chat="New chat",
    hint="Answers quote the library. Click a number to check the source before you pass it on.",
    hint_empty="Please type a question first.",
    hint_long="The question has {count} characters, more than the limit of {limit}. Please shorten it.",
    hint_busy="The last question is still being answered. Wait for it or press Stop.",
    searching="Searching the library",
    refused="Not answered",
    partial="Partly answered",
    stopped="Stopped",
    failed="Something went wrong and the question was not answered. Try again, or ask the administrator for the log.",
    unverified="unverified",
    cited="Quoted sources",
    passages="Passages found",
    copy="Copy answer",
    panel="Source",
    panel_empty="Click a number such as [1] in an answer to read the source here",
    panel_help="The quoted words are highlighted in the full text, with place, date and file.",
    place="Place",
    date="Date",
    date_from="{date} ({known})",
    kind="Kind",
    issuer="Issuer",
    speaker="Speaker",
    occasion="Occasion",
    taken_from="Taken from",
    authors="Authors",
    file="File",
    at="{file} ({at})",
    copies="Other copies",
    notes="Remarks",
    and_copies=" ({count} more copies)",
    heading="Section",
    unstated="not stated",
    previous="Previous",
    next="Next",
    position="Quote {marker} of {total}",
    passage_position="Passage {marker} of {total}",
    copy_quote="Copy quote",
    quote_moved="This file has changed in the library and the quote is no longer at its place. Rely on the full text.",
    quote_failed="This quote could not be verified word for word. Do not pass it on.",
    quote_given="Quote as given in the answer",
    omitted="({count} characters left out here)",
    source_gone="This file is no longer in the library.",
    nav_ask="Ask",
    nav_library="Library",
    nav_admin="Admin",
    log_out="Log out",
    conversations="Conversations",
    search_conversations="Find a conversation",
    no_conversations="Your questions are kept here.",
    none_match="No conversation matches.",
    rename="Rename",
    delete="Delete",
    deleted="Deleted “{title}”.",
    undo="Undo",
    export="Export",
    word="Export Word",
    markdown="Export Markdown",
    retry="Answer again",
    edit="Edit question",
    editing="You are editing the last question; sending replaces its answer.",
    moved_on="This conversation has gone on elsewhere and is shown as it is; only its last question can be changed.",
    cancel="Cancel",
    next_questions="You could go on with",
    interrupted="Interrupted",
    source_changed="source changed",
    source_limited="This answer quotes documents that you may no longer read. Ask the administrator for access.",
    busy_library="Updating the library",
    switching="Switching to the new index; questions wait a few seconds",
    feedback="This answer",
    useful="Useful",
    wrong_figure="Wrong figure",
    wrong_source="Wrong source",
    missing="Incomplete",
    comment="Add a remark",
    thanks="Noted; click again to take it back",
    badge_verbatim="Quoted word for word and checked",
    badge_rephrased="Told in other words by the model; figures, names, places and negations were checked",
    badge_unsupported="Did not pass the check against the source; do not pass it on",
    limits="Limit to",
    limit_place="Place",
    limit_years="Years",
    limit_from="From year",
    limit_to="To year",
    limit_kind="Kind",
    limit_collection="Collection",
    no_limit="any",
    clear_limits="Clear limits",
    asked_within="Limited to {limits}",
    original="Download original",
    open_in_library="Show in library",
    then_text="The source as it was when this was answered:",
    close="Close",
    starting="Starting",
    starting_more="Loading the model and the library; this usually takes a few seconds.",
    waiting="The library is busy",
    indexing="Building the library",
    indexing_more="The first time takes longer. The page goes on by itself, there is no need to reload.",
    seconds_left="less than a minute left",
    minutes_left="about {minutes} min left",
    empty="The library is empty",
    empty_steps=(
        "Open “Library” above and drop files or a whole folder there;",
        "or put files (Word, PDF, scans, tables, web pages, text …) into the folder corpus/ and run `make run` again;",
        "or name a folder: `make run CORPUS=folder`.",
    ),
    error="The assistant could not start",
    error_more="Follow the advice above and start the program again; the terminal has the details.",
    some_failed="Some files could not be read; the library tells why.",
    outdated="{reason} Answers come from the library as it was before.",
)


def texts_for(accept_language: str | None) -> Texts:
    """Return English where the browser's first language is English, and Chinese for everything else."""
    first = (accept_language or "").split(",")[0].strip().lower()
    return ENGLISH if first == "en" or first.startswith("en-") else CHINESE
