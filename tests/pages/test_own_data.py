"""The pages of datasets without JavaScript: what there is, a file's own page, an upload and a deletion by form."""

import io
import re
from html import unescape
from typing import Any

import numpy as np
import pytest

from app.thumbnails import LARGEST, png, thumbnail
from tests.app.server import Server
from tests.datafiles import own_pictures

HTML = {"Accept": "text/html"}


def bars(**what: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **own_pictures(**what))
    return file.getvalue()


def upload(server: Server, name: str, content: bytes) -> Any:
    return server.http.post("/datasets", files={"file": (name, content)}, headers=HTML)


def test_a_file_is_uploaded_shown_and_deleted_by_forms_alone(server: Server) -> None:
    empty = server.http.get("/datasets", headers=HTML).text
    assert "There is none yet" in empty
    assert 'enctype="multipart/form-data"' in empty
    assert "Drawn shapes (bundled" in empty

    sent = upload(server, "my bars.npz", bars(train=31, test=8))
    assert (sent.status_code, sent.headers["location"]) == (303, "/datasets/my%20bars")
    assert 'href="/datasets/my%20bars"' in server.http.get("/datasets", headers=HTML).text
    assert "1 dataset of your own" in server.http.get("/", headers=HTML).text

    page = server.http.get("/datasets/my%20bars", headers=HTML).text
    assert "31 training and 8 test images of 12 by 16 pixels in colour in 3 classes" in page
    assert len(re.findall(r'src="data:image/png;base64,', page)) == 24
    assert 'href="/lessons/convolution?dataset=my%20bars"' in page
    assert "first-network" not in page, "a table's lesson can't learn from pictures"
    form = server.http.get("/lessons/mnist?dataset=my%20bars", headers=HTML).text
    assert '<option value="my bars" selected>' in form
    assert 'href="/datasets"' in form

    gone = server.http.post("/datasets/my%20bars/delete", headers=HTML, files={"": ("", b"")})
    assert (gone.status_code, gone.headers["location"]) == (303, "/datasets")
    assert server.http.get("/datasets/my%20bars", headers=HTML).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bars.txt", b"1", "The file is called &#39;bars.txt&#39;. Send a table in a .csv or images in an .npz."),
        ("bars.npz", b"hello", "bars.npz is not an .npz archive that can be read"),
        ("<b>.npz", b"hello", "&lt;b&gt;.npz"),
    ],
)
def test_a_file_that_is_refused_is_said_beside_the_form(server: Server, name: str, content: bytes, said: str) -> None:
    answer = upload(server, name, content)
    assert answer.status_code == 422
    assert "<h1>Datasets</h1>" in answer.text
    assert said in answer.text
    assert "<b>.npz" not in answer.text


def test_a_file_that_cannot_be_used_says_why_on_its_page(server: Server) -> None:
    (server.data / "datasets").mkdir(exist_ok=True)
    (server.data / "datasets" / "broken.npz").write_bytes(b"hello")
    assert "Cannot be used" in server.http.get("/datasets", headers=HTML).text
    page = server.http.get("/datasets/broken", headers=HTML).text
    assert "broken.npz is not an .npz archive that can be read" in page
    assert "Learn from it" not in page


def test_pictures_that_are_not_shown_are_told_why(server: Server) -> None:
    arrays = own_pictures()
    arrays["x_train"] = np.asfortranarray(arrays["x_train"])
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    assert upload(server, "bars.npz", file.getvalue()).status_code == 303
    page = server.http.get("/datasets/bars", headers=HTML).text
    assert "The first pictures</h2>" not in page
    assert "numbers in Fortran's order" in page


@pytest.mark.parametrize("shape", [(8, 9, 1), (12, 16, 3), (64, 64, 3), (65, 64, 1), (256, 200, 3)])
def test_a_thumbnail_shows_every_so_manyth_pixel(shape: tuple[int, int, int]) -> None:
    import base64

    import tensorflow as tf

    image = np.random.default_rng(3).integers(0, 256, shape, "uint8")
    made = thumbnail(image.tobytes(), shape, "5")
    step = -(-max(shape[:2]) // LARGEST)
    content = base64.b64decode(made.source.partition(",")[2])
    shown = np.asarray(tf.io.decode_png(content))
    assert np.array_equal(shown, image[::step, ::step])
    assert (made.height, made.width, made.caption) == (*shown.shape[:2], "5")
    assert max(made.height, made.width) <= LARGEST


def test_a_picture_is_not_larger_than_its_pixels_ask_for() -> None:
    assert len(png([bytes(64 * 3)] * 64, 64, 3)) < 150


def test_a_table_is_shown_with_its_first_rows_and_its_lessons(server: Server) -> None:
    rows = "".join(f"n{number};{number},5;;{'<b>' if number % 2 else 'y'}\r\n" for number in range(30))
    assert upload(server, "wine.csv", f"who;size;empty;kind\r\n{rows}".encode()).status_code == 303
    try:
        page = server.http.get("/datasets/wine", headers=HTML).text
        assert "30 rows (15 &lt;b&gt; and 15 y) with 1 feature from wine.csv that was uploaded." in page
        assert "2 columns: who (text: &#39;n0&#39; in line 2) and empty (it is empty)" in page
        table = re.sub(r"\s+", " ", page.partition("The first rows")[2].partition("</table>")[0])
        assert re.findall(r'<th scope="col">(.*?)</th>', table) == ["who", "size", "empty", "kind"]
        assert re.findall(r"<td>(.*?)</td>", table)[:5] == ["n0", "0,5", "", "y", "n1"]
        assert table.count("<tr>") == 11
        assert 'href="/lessons/first-network?dataset=wine"' in page
        found = server.http.get("/api/v1/datasets/wine").json()
        assert found["first"]["columns"] == ["who", "size", "empty", "kind"]
        assert found["first"]["rows"][1] == ["n1", "1,5", "", "<b>"]
        assert (found["kind"], found["rows"], found["shape"], found["classes"]) == ("table", 30, [1], ["<b>", "y"])

        form = server.http.get("/lessons/first-network?dataset=wine&target=kind", headers=HTML).text
        assert "<fieldset data-own>" in form
        assert "target = header.index(&#34;kind&#34;)" in form
        assert "<fieldset data-own hidden>" in server.http.get("/lessons/first-network", headers=HTML).text
        wrong = server.http.get("/lessons/first-network?dataset=wine&target=price", headers=HTML).text
        assert 'id="code-state">with the default instead: a value cannot be used<' in wrong
        assert 'id="code-state"><' in form
        assert "wine.csv has no column &#39;price&#39;" in wrong
    finally:
        server.http.post("/datasets/wine/delete", headers=HTML, files={"": ("", b"")})


def test_every_page_leads_to_the_datasets_also_where_the_bar_has_no_room_for_them(server: Server) -> None:
    for address in ("/", "/runs", "/lessons/mnist"):
        assert 'href="/datasets"' in server.http.get(address, headers=HTML).text.partition("<footer")[2]


def test_a_preset_keeps_data_of_ones_own_unless_it_names_its_own(server: Server) -> None:
    rows = "".join(f"{number},{'ab'[number % 2]},{number % 3}\n" for number in range(30))
    assert upload(server, "mine.csv", f"size,kind,third\n{rows}".encode()).status_code == 303
    try:
        address = "/lessons/first-network?dataset=mine&target=kind&header=yes"
        page = unescape(server.http.get(address, headers=HTML).text)
        assert 'href="?preset=overfit&dataset=mine&target=kind&header=yes" data-preset="overfit"' in page
        assert 'href="?preset=course" data-preset="course"' in page
        page = unescape(server.http.get(f"{address}&preset=overfit", headers=HTML).text)
        assert 'data-preset="overfit" aria-current="true"' in page
        assert 'open("mine.csv"' in page
        plain = unescape(server.http.get("/lessons/first-network?dataset=breast-cancer", headers=HTML).text)
        assert 'href="?preset=overfit" data-preset="overfit"' in plain
    finally:
        server.http.delete("/api/v1/datasets/mine")


def test_a_table_that_can_be_read_in_two_ways_is_kept_and_asks(server: Server) -> None:
    rows = "".join(f"{number},{'ab'[number % 2]}\n" for number in range(20))
    assert upload(server, "years.csv", f"2019,kind\n{rows}".encode()).status_code == 303
    try:
        page = server.http.get("/datasets/years", headers=HTML).text
        assert "How is it read?" in page
        assert "whether its first line (&#39;2019&#39; and &#39;kind&#39;) is a header cannot be told" in page
        assert re.findall(r"<td>(.*?)</td>", page)[:2] == ["2019", "kind"]
        assert 'href="/lessons/first-network?dataset=years"' in page
        found = server.http.get("/api/v1/datasets/years").json()
        assert (found["usable"], found["rows"], found["first"]["columns"]) == (True, None, ["column 1", "column 2"])
    finally:
        server.http.post("/datasets/years/delete", headers=HTML, files={"": ("", b"")})


def test_how_a_table_is_read_stands_with_the_runs_of_own_tables_alone(server: Server) -> None:
    rows = "".join(f"{number},{'ab'[number % 2]}\n" for number in range(20))
    assert upload(server, "mine.csv", f"size,kind\n{rows}".encode()).status_code == 303
    own, known = (server.create(params={"dataset": name})["id"] for name in ("mine", "breast-cancer"))
    try:
        page = server.http.get(f"/runs/{own}", headers=HTML).text
        assert '<dt>Target</dt><dd><span class="mono">kind</span>' in page
        assert "<dt>Separator</dt>" in page
        page = server.http.get(f"/runs/{known}", headers=HTML).text
        assert "<dt>Dataset</dt>" in page
        assert not [title for title in ("Target", "Header", "Separator") if f"<dt>{title}</dt>" in page]
    finally:
        for run in (own, known):
            server.http.post(f"/api/v1/runs/{run}/cancel")
            assert server.http.delete(f"/api/v1/runs/{run}").status_code == 204
        server.http.post("/datasets/mine/delete", headers=HTML, files={"": ("", b"")})
