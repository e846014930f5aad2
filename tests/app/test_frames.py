"""Events as WebSocket frames, and joined to blocks."""

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame as WireFrame
from websockets.protocol import State
from websockets.uri import parse_uri

from app.frames import BLOCK, Frame, blocks, wire


def texts(joined: bytes) -> list[str]:
    """What a client reads from these bytes."""
    client = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=State.OPEN, max_size=None)
    client.receive_data(joined)
    return [bytes(event.data).decode() for event in client.events_received() if isinstance(event, WireFrame)]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_a_frame_of_any_length_is_read_as_it_was_written(length: int) -> None:
    assert texts(wire("x" * length)) == ["x" * length]


def test_what_is_not_ascii_stays_itself() -> None:
    assert texts(wire("größer ≥ 1 \u2028 🎈")) == ["größer ≥ 1 \u2028 🎈"]


class TestBlocks:
    """Events that follow each other, in one piece."""

    def test_small_events_share_a_block(self) -> None:
        frames = [Frame(seq, f"event {seq}") for seq in range(3, 20)]
        (block,) = blocks(frames)
        assert (block.frames, block.first, block.last) == (tuple(frames), 3, False)
        assert texts(block.wire) == [frame.text for frame in frames]

    def test_no_block_is_longer_than_a_socket_should_be_given(self) -> None:
        frames = [Frame(seq, "x" * 5000) for seq in range(50)]
        found = list(blocks(frames))
        assert [frame for block in found for frame in block.frames] == frames
        assert max(len(block.wire) for block in found) <= BLOCK
        assert len(found) == -(-50 // (BLOCK // 5004))

    def test_a_single_event_may_be_longer(self) -> None:
        frames = [Frame(1, "a"), Frame(2, "x" * 2 * BLOCK), Frame(3, "b")]
        assert [len(block.frames) for block in blocks(frames)] == [1, 1, 1]

    def test_the_end_of_a_run_stands_alone(self) -> None:
        frames = [Frame(1, "a"), Frame(2, "b"), Frame(3, "end", last=True), Frame(4, "resumed"), Frame(5, "c")]
        found = [([frame.seq for frame in block.frames], block.last) for block in blocks(frames)]
        assert found == [([1, 2], False), ([3], True), ([4, 5], False)]
