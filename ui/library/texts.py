"""Every word of the page of the library, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass

from desk.jobs import Work
from retriever.held import HeldState, Order
from ui.texts import CHINESE as PAGE_CHINESE
from ui.texts import ENGLISH as PAGE_ENGLISH
from ui.texts import Texts, texts_for


@dataclass(frozen=True, slots=True)
class LibraryTexts:
    """The words of one language; `page` are those that the pages share."""

    page: Texts
    # 列表
    search: str
    filters: str
    place: str
    year: str
    kind: str
    state: str
    collection: str
    order: str
    any: str
    untold: str
    no_collection: str
    clear: str
    states: dict[HeldState, str]
    orders: dict[Order, str]
    title: str
    date: str
    size: str
    characters: str
    total: str
    range: str
    pages: str
    copies: str
    main_copy: str
    select: str
    select_all: str
    selected: str
    unselect: str
    nothing: str
    nothing_more: str
    # 概览
    overview: str
    documents: str
    articles: str
    ten_thousand: str
    reposts: str
    by_place: str
    by_year: str
    by_kind: str
    more_values: str
    recent: str
    # 阅读
    reader: str
    wide: str
    narrow: str
    previous: str
    next: str
    text: str
    outline: str
    facts: str
    cleaning: str
    ask: str
    question: str
    gone: str
    removed_text: str
    failed_text: str
    earlier: str
    later: str
    no_outline: str
    read_state: str
    articles_in: str
    article_of: str
    # 清理
    cleaning_show: str
    cleaning_hint: str
    cleaning_wait: str
    cleaning_nothing: str
    cleaning_kept: str
    cleaning_removed: str
    cleaning_joined: str
    cleaning_captions: str
    cleaning_more: str
    cleaning_failed: str
    cleaning_part: str
    # 更改
    add: str
    remove: str
    reindex: str
    restore: str
    correct: str
    correct_hint: str
    correct_all: str
    correct_article: str
    correct_undo: str
    province: str
    city: str
    district: str
    save: str
    unchanged: str
    no_title: str
    pending: dict[Work, str]
    undo: str
    # 添加
    drop: str
    drop_title: str
    drop_more: str
    choose_files: str
    choose_folder: str
    into: str
    into_hint: str
    send: str
    close: str
    take_off: str
    to_send: str
    sending: str
    sent: str
    storing: str
    known: str
    refused: str
    cancelled: str
    broken: str
    no_name: str
    # 任务
    jobs: str
    works: dict[Work, str]
    files_count: str
    documents_count: str
    waiting: str
    running: str
    failed_job: str
    details: str
    dismiss: str
    outcome: dict[str, str]
    file_states: dict[str, str]
    same_as: str
    more_files: str
    # 状态
    empty: str
    empty_steps: tuple[str, ...]
    empty_reader: str
    indexing: str
    too_many: str


LIBRARY_CHINESE = LibraryTexts(
    page=PAGE_CHINESE,
    search="搜索标题、文件名或地点",
    filters="筛选",
    place="地点",
    year="年份",
    kind="文种",
    state="状态",
    collection="资料集",
    order="排序",
    any="不限",
    untold="未注明",
    no_collection="未归入",
    clear="清除筛选",
    states={
        HeldState.INDEXED: "已编入",
        HeldState.PARTLY: "部分编入",
        HeldState.FAILED: "读取失败",
        HeldState.REMOVED: "已移出",
        HeldState.REPOST: "相同文稿",
    },
    orders={
        Order.SOURCE: "按文件",
        Order.TITLE: "按标题",
        Order.NEWEST: "最新在前",
        Order.OLDEST: "最早在前",
        Order.LONGEST: "最长在前",
    },
    title="标题",
    date="日期",
    size="字数",
    characters="{count} 字",
    total="共 {total} 份",
    range="第 {first}–{last} 份",
    pages="翻页",
    copies="另有 {count} 份相同文稿",
    main_copy="正本",
    select="选择 {title}",
    select_all="选择本页全部",
    selected="已选 {count} 份",
    unselect="取消选择",
    nothing="没有符合条件的资料",
    nothing_more="请换一个词，或减少筛选条件。",
    overview="概览",
    documents="份文档",
    articles="篇文章",
    ten_thousand="万字",
    reposts="份相同文稿归在正本之下",
    by_place="地点",
    by_year="年份",
    by_kind="文种",
    more_values="其余 {count} 项",
    recent="最近的更改",
    reader="阅读",
    wide="全页阅读",
    narrow="并排阅读",
    previous="上一份",
    next="下一份",
    text="正文",
    outline="目录",
    facts="信息",
    cleaning="清理记录",
    ask="就此提问",
    question="总结一下《{title}》",
    gone="这份资料已不在资料库中，可能已被移出或更新，请从列表中另选一份。",
    removed_text="这份资料已移出资料库，不再用于回答；原文件没有改动，可以随时恢复。",
    failed_text="原文件没有读成，这里是先前读到的内容。",
    earlier="显示前面的内容",
    later="显示后面的内容",
    no_outline="这份资料没有小标题。",
    read_state="读取情况",
    articles_in="含 {count} 篇",
    article_of="第 {number} 篇",
    cleaning_show="查看清理掉的内容",
    cleaning_hint="重新读取原文件，列出编入时去掉的导航、页眉页脚等内容和接合的断行。",
    cleaning_wait="正在重新读取原文件，请稍候……",
    cleaning_nothing="编入时没有去掉任何内容。",
    cleaning_kept="保留了 {share} 的字符",
    cleaning_removed="去掉的内容（{count} 处）",
    cleaning_joined="接合的断行（{count} 处）",
    cleaning_captions="移到文末的图注（{count} 条）",
    cleaning_more="其余 {count} 条从略。",
    cleaning_failed="没有读成：{reason}",
    cleaning_part="原文件里还有其他资料，这里列出的是整个文件的清理记录。",
    add="添加文件",
    remove="移出",
    reindex="重新编入",
    restore="恢复",
    correct="更正信息",
    correct_hint="只改与原文不符的项；清空一项表示原文没有注明。更正写入同一文件夹的资料信息表，原文件不改动。",
    correct_all="整份文档",
    correct_article="适用于",
    correct_undo="收回全部更正",
    province="省",
    city="市",
    district="区县",
    save="保存更正",
    unchanged="没有改动任何一项，请改好后再保存。",
    no_title="标题不能为空，请填写标题。",
    pending={
        Work.REMOVE: "正在移出",
        Work.RESTORE: "正在恢复",
        Work.CORRECT: "正在更正",
        Work.REINDEX: "正在重新编入",
        Work.ADD: "正在编入",
        Work.START: "正在更新",
        Work.REPAIR: "正在修复",
    },
    undo="撤销",
    drop="松开鼠标，添加这些文件",
    drop_title="添加文件",
    drop_more="把文件或文件夹拖到这里，或者",
    choose_files="选择文件",
    choose_folder="选择文件夹",
    into="加入资料集",
    into_hint="选一个已有的，或输入新名称",
    send="开始添加",
    close="关闭",
    take_off="不添加 {name}",
    to_send="{count} 个文件，共 {size}",
    sending="正在上传 {share}",
    sent="已收下，正在编入；可以关闭这个窗口，编入会继续。",
    storing="已上传，正在检查",
    known="已收下（内容与先前的相同）",
    refused="没有收下",
    cancelled="已取消，没有上传完的文件没有收下。",
    broken="上传中断，请检查网络后重新添加。",
    no_name="请填写要加入的资料集。",
    jobs="更改的进展",
    works={
        Work.START: "启动时更新",
        Work.ADD: "添加 {what}",
        Work.REMOVE: "移出 {what}",
        Work.RESTORE: "恢复 {what}",
        Work.CORRECT: "更正 {what}",
        Work.REINDEX: "重新编入 {what}",
        Work.REPAIR: "修复资料库",
    },
    files_count="{count} 个文件",
    documents_count="{count} 份资料",
    waiting="等待处理",
    running="正在处理",
    failed_job="没有完成",
    details="各个文件",
    dismiss="不再显示",
    outcome={
        "added": "新增 {count}",
        "updated": "更新 {count}",
        "deleted": "移出 {count}",
        "moved": "移动 {count}",
        "skipped": "没有变化 {count}",
        "passed_over": "不支持 {count}",
        "failed": "未能读取 {count}",
        "done": "已完成",
    },
    file_states={
        "waiting": "等待",
        "read": "已读取，正在编入",
        "reading": "正在读取",
        "done": "已编入",
        "added": "已编入",
        "updated": "已更新",
        "deleted": "已移出",
        "moved": "已移动",
        "skipped": "没有变化",
        "passed_over": "不支持",
        "failed": "未能读取",
    },
    same_as="与“{source}”相同",
    more_files="其余 {count} 个文件从略。",
    empty="资料库还是空的",
    empty_steps=(
        "把文件或整个文件夹拖到这个页面上，或点击“添加文件”；",
        "选一个资料集的名称，例如“人才工作”；",
        "等进度走完，就可以在这里查阅，在“问答”里提问。",
    ),
    empty_reader="请管理员或编辑添加资料，之后即可在这里查阅。",
    indexing="正在建立资料库，已编入的资料会陆续出现在这里。",
    too_many="一次最多选择 500 份，请分几次进行。",
)

LIBRARY_ENGLISH = LibraryTexts(
    page=PAGE_ENGLISH,
    search="Search titles, files or places",
    filters="Filters",
    place="Place",
    year="Year",
    kind="Kind",
    state="State",
    collection="Collection",
    order="Order",
    any="any",
    untold="not stated",
    no_collection="in no collection",
    clear="Clear filters",
    states={
        HeldState.INDEXED: "Indexed",
        HeldState.PARTLY: "Partly indexed",
        HeldState.FAILED: "Not readable",
        HeldState.REMOVED: "Removed",
        HeldState.REPOST: "Copy",
    },
    orders={
        Order.SOURCE: "by file",
        Order.TITLE: "by title",
        Order.NEWEST: "newest first",
        Order.OLDEST: "oldest first",
        Order.LONGEST: "longest first",
    },
    title="Title",
    date="Date",
    size="Length",
    characters="{count} characters",
    total="{total} documents",
    range="{first}–{last}",
    pages="Pages",
    copies="{count} more copies",
    main_copy="main copy",
    select="Select {title}",
    select_all="Select all on this page",
    selected="{count} selected",
    unselect="Clear selection",
    nothing="No document matches",
    nothing_more="Try another word or fewer filters.",
    overview="Overview",
    documents="documents",
    articles="articles",
    ten_thousand="× 10,000 characters",
    reposts="copies listed under their main copy",
    by_place="Place",
    by_year="Year",
    by_kind="Kind",
    more_values="{count} more",
    recent="Last changes",
    reader="Reader",
    wide="Full page",
    narrow="Side by side",
    previous="Previous",
    next="Next",
    text="Text",
    outline="Outline",
    facts="Details",
    cleaning="Cleaning",
    ask="Ask about it",
    question="总结一下《{title}》",
    gone="This document is no longer in the library; it may have been removed or updated. Choose another in the list.",
    removed_text="This document was taken out of the library and is not used for answers; its file is unchanged.",
    failed_text="The file could not be read; this is what was read before.",
    earlier="Show what is before",
    later="Show what follows",
    no_outline="This document has no headings.",
    read_state="Reading",
    articles_in="{count} articles",
    article_of="Article {number}",
    cleaning_show="Show what was cleaned away",
    cleaning_hint="Reads the file again and lists what was removed, such as headers, and the lines joined.",
    cleaning_wait="Reading the file again …",
    cleaning_nothing="Nothing was removed.",
    cleaning_kept="{share} of the characters were kept",
    cleaning_removed="Removed ({count})",
    cleaning_joined="Joined lines ({count})",
    cleaning_captions="Captions moved to the end ({count})",
    cleaning_more="{count} more left out.",
    cleaning_failed="Could not be read: {reason}",
    cleaning_part="The file holds other documents too; this is the cleaning of the whole file.",
    add="Add files",
    remove="Remove",
    reindex="Index again",
    restore="Restore",
    correct="Correct",
    correct_hint="Change only what is wrong; an empty field means not stated. The file stays as it is.",
    correct_all="the whole document",
    correct_article="Applies to",
    correct_undo="Take all corrections back",
    province="Province",
    city="City",
    district="District",
    save="Save",
    unchanged="Nothing was changed; change a field first.",
    no_title="The title must not be empty; please fill it in.",
    pending={
        Work.REMOVE: "being removed",
        Work.RESTORE: "being restored",
        Work.CORRECT: "being corrected",
        Work.REINDEX: "being indexed",
        Work.ADD: "being indexed",
        Work.START: "being updated",
        Work.REPAIR: "being repaired",
    },
    undo="Undo",
    drop="Drop to add these files",
    drop_title="Add files",
    drop_more="Drop files or folders here, or",
    choose_files="Choose files",
    choose_folder="Choose a folder",
    into="Collection",
    into_hint="choose one or type a new name",
    send="Add",
    close="Close",
    take_off="Leave out {name}",
    to_send="{count} files, {size}",
    sending="Sending {share}",
    sent="Received and being indexed. You may close this window.",
    storing="Sent, being checked",
    known="Received (same as before)",
    refused="Refused",
    cancelled="Cancelled; files that were not sent were not kept.",
    broken="The upload broke off. Check the network and add the files again.",
    no_name="Please name the collection.",
    jobs="Changes",
    works={
        Work.START: "Update at the start",
        Work.ADD: "Add {what}",
        Work.REMOVE: "Remove {what}",
        Work.RESTORE: "Restore {what}",
        Work.CORRECT: "Correct {what}",
        Work.REINDEX: "Index again {what}",
        Work.REPAIR: "Repair the library",
    },
    files_count="{count} files",
    documents_count="{count} documents",
    waiting="waiting",
    running="under way",
    failed_job="not done",
    details="Files",
    dismiss="Dismiss",
    outcome={
        "added": "{count} added",
        "updated": "{count} updated",
        "deleted": "{count} removed",
        "moved": "{count} moved",
        "skipped": "{count} unchanged",
        "passed_over": "{count} not supported",
        "failed": "{count} not readable",
        "done": "done",
    },
    file_states={
        "waiting": "waiting",
        "read": "read, being indexed",
        "reading": "being read",
        "done": "indexed",
        "added": "indexed",
        "updated": "updated",
        "deleted": "removed",
        "moved": "moved",
        "skipped": "unchanged",
        "passed_over": "not supported",
        "failed": "not readable",
    },
    same_as="same as “{source}”",
    more_files="{count} more files left out.",
    empty="The library is empty",
    empty_steps=(
        "Drop files or a folder on this page, or press “Add files”;",
        "name a collection;",
        "when the progress is through you can read here and ask on the page “Ask”.",
    ),
    empty_reader="An editor or the administrator has to add documents first.",
    indexing="The library is being built; documents appear here as they are taken in.",
    too_many="At most 500 documents can be chosen at once.",
)


def library_texts(accept_language: str | None) -> LibraryTexts:
    """Return the words for a browser; see `ui.texts.texts_for`."""
    return LIBRARY_ENGLISH if texts_for(accept_language).lang == "en" else LIBRARY_CHINESE
