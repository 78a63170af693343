"""Adding and changing documents on the page of the library, in a real browser."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.ui.library.stand import Served, serving

LONG = 40_000


def new_files(folder: Path, count: int = 5) -> list[Path]:
    files = []
    for number in range(1, count + 1):
        path = folder / f"选调生{number}.txt"
        path.write_text(
            f"大渡口区第{number}批选调生培养情况汇报\n\n2023年{number}月\n\n大渡口区选派{number * 7}名选调生到村任职。\n",
            "utf-8",
        )
        files.append(path)
    return files


DROP = """([name, content]) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
    }
}"""


def drop(page: Page, name: str, content: str) -> None:
    page.evaluate(DROP, [name, base64.b64encode(content.encode()).decode()])


def test_files_are_added_and_each_tells_what_became_of_it(page: Page, own: Served, tmp_path: Path) -> None:
    page.goto(f"{own.url}/library")
    page.locator('a[href="#add"]').click()
    broken = tmp_path / "坏<img src=x onerror=window.hacked=1>.docx"
    broken.write_bytes(b"PK\x03\x04 no archive")
    refused = tmp_path / "程序.exe"
    refused.write_bytes(b"MZ")
    page.locator(".ol-pick").first.set_input_files([*new_files(tmp_path, 4), broken, refused])
    expect(page.locator(".ol-send")).to_have_count(6)
    page.locator('#ol-adding input[name="collection"]').fill("选调生")
    page.locator('[data-do="send"]').click()
    expect(page.locator(".ol-send-refused")).to_contain_text("暂不支持的格式 .exe")
    page.locator('#ol-adding [data-do="close"]').first.click()

    job = page.locator(".ol-job").first
    expect(job).to_contain_text("新增 4，未能读取 1", timeout=60_000)
    expect(job.locator(".ol-files li").first).to_contain_text("未能读取")
    expect(job.locator(".ol-files li")).to_have_count(5)
    expect(page.locator(".ol-row", has_text="选调生培养情况汇报")).to_have_count(4)
    assert page.evaluate("window.hacked") is None
    page.locator('.ol-bar select[name="collection"]').select_option("选调生")
    expect(page.locator(".ol-row")).to_have_count(5)


def test_a_file_that_is_dropped_on_an_empty_library_can_be_read_soon(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path, {}) as own:
        page.goto(f"{own.url}/library")
        expect(page.locator(".ol-empty")).to_contain_text("资料库还是空的")
        drop(page, "选调生.txt", "大渡口区选调生培养情况汇报\n\n2023年4月\n\n大渡口区选派49名选调生到村任职。\n")
        expect(page.locator(".ol-send-name")).to_have_text("选调生.txt")
        page.locator('[data-do="send"]').click()
        expect(page.locator("#ol-adding")).not_to_be_visible()
        expect(page.locator(".ol-row")).to_have_count(1, timeout=60_000)
        page.locator("a.ol-title").click()
        expect(page.locator("#ol-pane-text")).to_contain_text("49名选调生")


def test_nothing_is_added_before_it_is_sent(page: Page, own: Served) -> None:
    page.goto(f"{own.url}/library")
    expect(page.locator(".ol-row")).to_have_count(5)
    drop(page, "甲.txt", "甲")
    drop(page, "乙.txt", "乙")
    expect(page.locator(".ol-send")).to_have_count(2)
    page.locator(".ol-send button").first.click()
    expect(page.locator(".ol-send-name")).to_have_text("乙.txt")
    page.locator('#ol-adding input[name="collection"]').fill("")
    page.locator('[data-do="send"]').click()
    expect(page.locator("#ol-adding .ol-form-error")).to_have_text("请填写要加入的资料集。")
    page.keyboard.press("Escape")
    expect(page.locator("#ol-adding")).not_to_be_visible()
    assert own.jobs() == []
    assert not (own.stand.office.settings.data / "uploads").exists()


def test_a_document_that_was_taken_out_can_be_taken_back(page: Page, own: Served) -> None:
    page.goto(f"{own.url}/library")
    row = page.locator(".ol-row", has_text="盐都区选派")
    row.locator("input").check()
    expect(page.locator(".ol-chosen")).to_contain_text("已选 1 份")
    page.locator('a[href="#remove-chosen"]').click()
    expect(row).to_contain_text("正在移出")
    expect(row).to_contain_text("已移出", timeout=60_000)

    page.locator('.ol-bar select[name="state"]').select_option("removed")
    expect(page.locator(".ol-row")).to_have_count(1)
    page.locator("a.ol-title").click()
    expect(page.locator(".ol-reader")).to_contain_text("原文件没有改动")
    page.locator(".ol-job a.ol-undo").click()
    expect(page.locator(".ol-nothing")).to_be_visible(timeout=60_000)
    expect(page.locator("#ol-pane-text")).to_contain_text("36名年轻干部")
    own.wait_for_jobs()
    assert [job.work.name for job in own.jobs()] == ["RESTORE", "REMOVE"]


def test_a_place_is_corrected_and_a_mistake_is_told_in_the_form(page: Page, own: Served) -> None:
    page.goto(f"{own.url}/library?d={own.id_of('人才/盐都选派.txt')}")
    page.locator(".ol-actions a", has_text="更正信息").click()
    form = page.locator("#ol-correct")
    expect(form.locator('input[name="district"]')).to_have_value("盐都区")
    form.locator('button[type="submit"]').click()
    expect(form.locator(".ol-form-error")).to_contain_text("没有改动任何一项")
    form.locator('input[name="date"]').fill("去年")
    form.locator('button[type="submit"]').click()
    expect(form.locator(".ol-form-error")).to_contain_text("不是日期")
    form.locator('input[name="date"]').fill("2023年3月2日")
    form.locator('input[name="district"]').fill("亭湖区")
    form.locator('button[type="submit"]').click()
    expect(page.locator(".ol-told").first).to_contain_text("江苏省盐城市亭湖区", timeout=60_000)
    expect(page.locator(".ol-told").first).to_contain_text("2023年3月2日")
    expect(page.locator(".ol-row", has_text="盐都区选派")).to_contain_text("亭湖区")
