"""Static files: addresses that follow the content, cached for ever, compressed once, Plotly from its package."""

import gzip
import re
import threading
from pathlib import Path

from app.pages.assets import FOLDER, Assets, Plotly
from tests.app.server import Server


def test_an_address_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text("let one;")
    (tmp_path / "two.css").write_text("a {}")
    before = Assets(tmp_path)
    (tmp_path / "two.css").write_text("b {}")
    after = Assets(tmp_path)
    assert before.url("one.js") != after.url("one.js")
    assert after.url("one.js") == Assets(tmp_path).url("one.js")


def test_the_modules_that_a_page_needs_are_found_through_their_imports(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text('import { b } from "./b.js";\nimport "../c.js";')
    (tmp_path / "js" / "b.js").write_text('export { c } from "../c.js";')
    (tmp_path / "c.js").write_text("export const c = 1;")
    assets = Assets(tmp_path)
    assert sorted(assets.modules("js/a.js")) == sorted([assets.url("js/b.js"), assets.url("c.js")])


def test_our_own_javascript_stays_below_forty_kilobytes_on_every_page() -> None:
    assets = Assets()
    sizes = {assets.url(name): size for name, size in assets.sizes(".js").items()}
    always = {assets.url("js/site.js"), *assets.modules("js/site.js")}
    for template in (FOLDER.parent / "templates").rglob("*.html"):
        entries = re.findall(r"asset\('(js/[\w/]+\.js)'\)", template.read_text())
        loaded = always.union(*({assets.url(entry), *assets.modules(entry)} for entry in entries))
        assert sum(sizes[url] for url in loaded) < 40_000, template.name


def test_no_style_sheet_and_no_script_names_another_machine() -> None:
    for path in FOLDER.rglob("*"):
        if path.suffix in (".js", ".css"):
            found = re.findall(r"https?://[^\s'\"`)]+", path.read_text())
            assert [one for one in found if "www.w3.org" not in one] == [], path


def test_files_are_cached_for_ever_and_compressed(server: Server) -> None:
    url = server.app.state.site.assets.url("js/run.js")
    packed = server.http.get(url, headers={"Accept-Encoding": "gzip"})
    plain = server.http.get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == (FOLDER / "js" / "run.js").read_bytes()
    for answer in (packed, plain):
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "Accept-Encoding" in answer.headers["vary"]


def test_a_file_of_another_version_or_name_is_not_there(server: Server) -> None:
    version = server.app.state.site.assets.version
    assert server.http.get("/static/000000000000/js/run.js").status_code == 404
    assert server.http.get(f"/static/{version}/js/none.js").status_code == 404
    assert server.http.get(f"/static/{version}/../templates/base.html").status_code == 404
    assert server.http.get(f"/static/{version}/%2e%2e/app/main.py").status_code == 404


def test_plotly_is_served_from_its_package(server: Server) -> None:
    plotly: Plotly = server.app.state.site.plotly
    packed = server.http.get(plotly.url, headers={"Accept-Encoding": "gzip"})
    assert packed.status_code == 200
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]
    assert packed.content == plotly.source.read_bytes()
    assert server.http.get("/static/vendor/plotly-0.0.0.min.js").status_code == 404


def test_plotly_is_compressed_once_however_many_ask(tmp_path: Path) -> None:
    plotly = Plotly(tmp_path)
    plotly.source = tmp_path / "plotly.min.js"
    plotly.source.write_bytes(b"var Plotly;" * 100_000)
    threads = [threading.Thread(target=plotly.prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gzip.decompress(plotly.zipped.read_bytes()) == plotly.source.read_bytes()
    written = plotly.zipped.stat().st_mtime_ns
    plotly.prepare()
    assert plotly.zipped.stat().st_mtime_ns == written
    assert not list(tmp_path.glob("*.partial"))


def test_plotly_is_not_imported_to_find_it() -> None:
    assert Plotly(Path("nowhere")).style_ids, "the ids of the styles that Plotly would add"
