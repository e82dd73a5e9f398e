from __future__ import annotations

from bot.conversation.picture_actions import finds_misshapen


def test_what_is_drawn_wrong_is_mended_by_another_picture() -> None:
    wrong = (
        "手が変、直して",
        "足がくっついているので描き直してください",
        "指が七本あるのを修正して",
    )
    other = (
        "直して",
        "髪が変だから短くして",
        "文字がおかしいから直して",
        "変な帽子を直して",
        "手を直して",
    )
    assert [text for text in wrong if not finds_misshapen(text)] == []
    assert [text for text in other if finds_misshapen(text)] == []
