"""Markdown as a page."""

from dipp_pipeline.release.site.markdown import Heading, document


def test_the_first_heading_is_the_title_and_the_next_are_listed():
    shown = document("# Method\n\nText.\n\n## Figures\n\n### Rounding\n\n## Who to ask\n")

    assert shown.title == "Method"
    assert shown.headings == [Heading("Figures", "figures"), Heading("Who to ask", "who-to-ask")]
    assert "<h1" not in shown.html


def test_headings_of_one_name_have_anchors_of_their_own():
    shown = document("## Figures\n\n## Figures\n\n## `figures`\n")

    assert [heading.anchor for heading in shown.headings] == ["figures", "figures-2", "figures-3"]
    assert all(f'<h2 id="{heading.anchor}">' in shown.html for heading in shown.headings)


def test_html_is_shown_as_text():
    shown = document("Text <script>alert(1)</script> and <b>more</b>\n")

    assert "<script" not in shown.html
    assert "<b>" not in shown.html


def test_a_table_scrolls_by_itself_and_can_be_reached():
    shown = document("| a | b |\n|---|---|\n| 1 | 2 |\n")

    assert shown.html.startswith('<div class="scroll" tabindex="0"')
    assert "</table></div>" in shown.html
    assert "<td>2</td>" in shown.html


def test_a_text_without_a_title_has_none():
    assert document("Text.\n").title == ""


def test_an_empty_text_is_an_empty_page():
    shown = document("")

    assert (shown.title, shown.headings, shown.html) == ("", [], "")
