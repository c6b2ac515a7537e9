import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.text import TextError, Utf16Index, decode, describe, lines, paragraphs, quote_context, sha256

# Emoji with joiners and skin tones, right-to-left with marks, combining accents, every line end, the last characters.
PIECES = ["\r\n", *"🧠👩🏽\u200d🚀\u0301e\u0308\u202eاب\u200f\n\r\x85\u2028\u2029\uffff\U00010000\U0010ffff \t"]
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
ODD = st.lists(st.one_of(CHARACTERS, st.sampled_from(PIECES))).map("".join)


@given(ODD)
def test_utf16_offsets_are_those_of_the_standard_codec(text):
    index = Utf16Index(text)
    for offset in range(len(text) + 1):
        assert index.to_utf16(offset) == len(text[:offset].encode("utf-16-le")) // 2


@given(ODD)
def test_code_point_to_utf16_and_back_is_identity(text):
    index = Utf16Index(text)
    for offset in range(len(text) + 1):
        assert index.to_code_points(index.to_utf16(offset)) == offset


@given(ODD)
def test_offsets_inside_a_surrogate_pair_are_refused(text):
    index = Utf16Index(text)
    borders = {index.to_utf16(offset) for offset in range(len(text) + 1)}
    for offset in set(range(index.length_utf16 + 1)) - borders:
        with pytest.raises(ValueError, match="surrogate pair"):
            index.to_code_points(offset)


@pytest.mark.parametrize("offset", [-1, 4])
def test_offsets_outside_the_text_are_refused(offset):
    index = Utf16Index("abc")
    with pytest.raises(ValueError, match="outside"):
        index.to_utf16(offset)
    with pytest.raises(ValueError, match="outside"):
        index.to_code_points(offset)


@given(ODD)
def test_decoding_keeps_every_letter(text):
    raw = text.encode("utf-8")
    expected = text[1:] if text.startswith("\ufeff") else text
    assert decode(raw) == expected


def test_byte_order_mark_is_not_a_character_of_the_text():
    assert decode(b"\xef\xbb\xbfabc") == "abc"


def test_second_byte_order_mark_is_a_character_of_the_text():
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbfabc") == "\ufeffabc"


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@given(before=ODD.filter(lambda text: not text.startswith("\ufeff")))
def test_byte_that_is_not_utf8_is_named_by_its_offset(start, before):
    good = start + before.encode("utf-8")
    with pytest.raises(TextError) as caught:
        decode(good + b"\xff rest")
    assert (caught.value.code, caught.value.offset) == ("encoding", len(good))


def test_utf16_file_is_called_so():
    with pytest.raises(TextError, match="UTF-16") as caught:
        decode("Ulaanbaatar".encode("utf-16"))
    assert caught.value.code == "encoding"


def test_encoded_surrogate_is_not_utf8():
    with pytest.raises(TextError) as caught:
        decode(b"ab\xed\xa0\x80")
    assert (caught.value.code, caught.value.offset) == ("encoding", 2)


@pytest.mark.parametrize(("raw", "offset"), [(b"\0", 0), ("🧠\0".encode(), 4), (b"\xef\xbb\xbfa\0", 4)])
def test_nul_is_named_by_its_byte_offset(raw, offset):
    with pytest.raises(TextError) as caught:
        decode(raw)
    assert (caught.value.code, caught.value.offset) == ("bad_text", offset)


def test_sha256_of_a_text_is_that_of_its_utf8():
    assert sha256("🧠é") == hashlib.sha256("🧠é".encode()).hexdigest()
    # FIPS 180-2, appendix B.1
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(ODD, st.data())
def test_quote_stands_between_its_context(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    width = data.draw(st.integers(0, 40))
    prefix, suffix = quote_context(text, start, end, width)
    assert (prefix + text[start:end] + suffix) in text
    assert len(prefix) == min(width, start)
    assert len(suffix) == min(width, len(text) - end)
    assert text[:start].endswith(prefix)
    assert text[end:].startswith(suffix)


@given(ODD)
def test_lines_partition_a_text_at_its_line_ends(text):
    found = lines(text)
    assert "".join(text[line.start : line.stop] for line in found) == text
    for line in found:
        assert not set(text[line.start : line.end]) & set("\n\r\x85\u2028\u2029")
    for line in found[:-1]:
        assert text[line.end : line.stop] in {"\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"}


def test_carriage_return_and_line_feed_are_one_line_end():
    assert lines("a\r\nb\n\rc") == [(0, 1, 3), (3, 4, 5), (5, 5, 6), (6, 7, 7)]


def test_final_line_end_adds_no_line():
    assert lines("a\n") == [(0, 1, 2)]


def test_paragraphs_are_the_lines_that_are_not_blank():
    text = "\n\u00a0\nfirst\u2028\r\n \t\r\n🧠 second"
    assert [text[line.start : line.end] for line in paragraphs(text)] == ["first", "🧠 second"]


def test_description_of_a_file_names_what_a_curator_checks():
    words = describe("\ufeff🧠 one\r\ntwo\n".encode())
    assert "with byte order mark" in words
    assert "17 bytes, 11 code points, 2 paragraphs" in words
    assert "CR LF and LF" in words
    assert sha256("🧠 one\r\ntwo\n") in words
    assert "“🧠 one”" in words
