"""What is seen of wording without a model: in the shapes in which real models write, both languages."""

from __future__ import annotations

import pytest
from stage_scripts import instruction

from trace_builder.records import Constraint, Instruction
from trace_builder.stages.common.instruction_text import (
    fragment,
    lost_material,
    lost_sentence,
    repetition,
    sentences,
    snapped,
    theme_lost,
)


def parts(description: str, *texts: str, given: str | None = None) -> Instruction:
    return instruction(*texts, given=given).model_copy(update={"description": description})


SLOGAN = 'Print the motto "Read, lend, repeat." exactly once.'
POSTER = f"Design a poster text for a school library. Use 40 to 70 words. {SLOGAN} Address pupils directly."


def test_a_sentence_that_no_part_holds_is_lost() -> None:
    made = parts(
        "Design a poster text for a school library.", "Use 40 to 70 words.", "Address pupils directly."
    )
    assert lost_sentence(POSTER, made) == SLOGAN
    assert lost_sentence(POSTER, parts(made.description, SLOGAN, *[c.text for c in made.constraints])) is None


def test_a_lost_sentence_is_found_in_chinese() -> None:
    text = "为校园图书角写一段介绍。全文不超过一百字。结尾必须出现“明天见”。语气要亲切。"
    made = parts("为校园图书角写一段介绍。", "全文不超过一百字。", "语气要亲切。")
    assert lost_sentence(text, made) == "结尾必须出现“明天见”。"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (
            "Explain tides. Keep it under 80 words, please, and write for sailors.",
            parts("Explain tides.", "Keep it under 80 words.", "Write for sailors."),
        ),
        ("写一首关于秋天的诗，共四行，每行七个字。", parts("写一首关于秋天的诗", "共四行", "每行七个字")),
        ("Sort these: pear, fig. Use a list.", parts("Sort these.", "Use a list.", given="pear, fig")),
        (
            "Write a rhyme. Begin with one of these words: oak, elm, ash",
            parts("Write a rhyme.", given="oak, elm, ash"),
        ),
        ("改写短文。需要改写的短文如下：\n雨下了一夜。", parts("改写短文。", given="雨下了一夜。")),
    ],
)
def test_a_sentence_taken_apart_is_not_lost(text: str, made: Instruction) -> None:
    assert lost_sentence(text, made) is None


def test_sentences_end_where_they_end() -> None:
    assert sentences('Use 3.5 cups. Say "Go!"\nEnd') == ["Use 3.5 cups.", 'Say "Go!"', "End"]
    assert sentences("先写标题。再写“完了！”好吗？") == ["先写标题。", "再写“完了！”", "好吗？"]


@pytest.mark.parametrize(
    "text",
    [
        'that closes with the word "harvested".',
        "which is written in the past tense",
        "and mention one bridge",
        "so that children understand it",
        ", with a title",
        "而且要押韵。",
        "并写明日期。",
        "的字数不超过50字。",
        "）之后换行。",
    ],
)
def test_fragments_do_not_stand_alone(text: str) -> None:
    found = fragment([Constraint(id="c1", text="Be kind."), Constraint(id="c2", text=text)])
    assert found is not None
    assert found.startswith("c2 ")


@pytest.mark.parametrize(
    "text",
    [
        'End with the word "harvested".',
        "That a whale is a mammal must be mentioned.",
        "Andrew has to be the narrator.",
        "If the text is in French, answer in French.",
        "Butter must not be used.",
        "Thank the reader.",
        "并列使用两个比喻。",
        "（用中文作答）",
        "目的要写清楚。",
        '"Wow" must stand in the title.',
        "但凡提到数字，一律用汉字。",
    ],
)
def test_sentences_stand_alone(text: str) -> None:
    assert fragment([Constraint(id="c1", text=text)]) is None


@pytest.mark.parametrize(
    ("piece", "text", "passage"),
    [
        (
            "Keep it readable for nine-year-old pupils.",
            "Describe a volcano. Keep the text readable for nine-year-old pupils. Add a title.",
            "Keep the text readable for nine-year-old pupils.",
        ),
        ("语言要活泼生动。", "写一则通知。语言风格要活泼生动。署名班长。", "语言风格要活泼生动。"),
        (
            "Is there anything maps can't show?",
            "Is there anything that maps cannot show? Answer in one paragraph.",
            "Is there anything that maps cannot show?",
        ),
        ("请列出三个步骤", "请你列出三个步骤。不要编号。", "请你列出三个步骤。"),
        ("Use 5 steps.", "Explain it. Use 5 steps.", "Use 5 steps."),
    ],
    ids=["en", "zh", "contracted", "zh, a particle", "copied"],
)
def test_a_near_copy_is_snapped_to_what_it_copies(piece: str, text: str, passage: str) -> None:
    assert snapped(piece, text) == passage


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        ("Mention a purple elephant in line three.", "Describe a volcano. Keep it short."),
        ("用英文写结尾。", "写一则通知。语言风格要活泼生动。"),
        ("Compose a symphony for three pianos.", "Write a poem. Mention the sea."),
    ],
)
def test_what_copies_nothing_is_not_snapped(piece: str, text: str) -> None:
    assert snapped(piece, text) is None


HONEST = [
    ("Answer the question below.", "Reply to the question that is given, briefly."),
    ("Give me tips to sleep better.", "Suggest ways of improving sleep."),
    ("Classify the sentiment of the review.", "Decide whether the review is positive or negative."),
    ("What is the capital of Norway?", "Name Norway's capital city."),
    ("Write a story about a dragon.", "Tell a tale in which a dragon appears."),
    ("请回答下面的问题。", "根据所给问题作答，不超过五十字。"),
    ("把这句话改成被动语态。", "将给出的句子改写为被动句。"),
    ("推荐几本适合小孩看的书。", "为儿童推荐图书，列出五本。"),
    ("写一封道歉信。", "请以书信形式向对方表达道歉。"),
    ("计算圆的面积。", "求出这个圆的面积，保留两位小数。"),
]


@pytest.mark.parametrize(("seed", "text"), HONEST)
def test_an_honest_paraphrase_keeps_the_theme(seed: str, text: str) -> None:
    assert not theme_lost(seed, text)


@pytest.mark.parametrize(
    ("seed", "text"),
    [
        ("Write a story about a dragon.", "Explain how tax returns are filed, in ten steps."),
        ("写一封道歉信。", "介绍三种常见的恐龙，列成表格。"),
        ("推荐几本适合小孩看的书。", "计算圆的面积，保留两位小数。"),
    ],
)
def test_a_theme_of_which_nothing_is_left_is_lost(seed: str, text: str) -> None:
    assert theme_lost(seed, text)


SEED = 'Translate "Night train" and count its 10 letters: the train leaves at dawn'
MATERIAL = "the train leaves at dawn"


def test_figures_quoted_words_and_material_of_a_seed_have_to_stand_somewhere() -> None:
    whole = parts('Translate "Night train".', "Count its 10 letters.", given=MATERIAL)
    assert lost_material(SEED, whole) is None
    less = [
        (parts("Translate it.", "Count its 10 letters.", given=MATERIAL), "Night train"),
        (parts('Translate "Night train".', "Count its ten letters.", given=MATERIAL), "10"),
        (parts('Translate "Night train".', "Count its 10 letters."), MATERIAL),
    ]
    for made, lost in less:
        assert lost in (lost_material(SEED, made) or "")


def test_the_same_holds_in_chinese_and_for_further_lines() -> None:
    seed = "把《静夜思》改写成３０字：床前明月光，疑是地上霜"
    material = "床前明月光，疑是地上霜"
    assert lost_material(seed, parts("改写《静夜思》。", "写成30字。", given=material)) is None
    assert "静夜思" in (lost_material(seed, parts("改写。", "写成30字。", given=material)) or "")
    assert "床前" in (lost_material(seed, parts("改写《静夜思》。", "写成30字。")) or "")
    lines = "Sort the towns.\n1. Lisbon, Portugal\n2. Vienna, Austria"
    assert lost_material(lines, parts("Sort the towns.", given="Lisbon, Portugal\nVienna, Austria")) is None
    assert "Vienna" in (lost_material(lines, parts("Sort the towns.", given="Lisbon, Portugal")) or "")


def test_fields_that_repeat_one_another_are_seen() -> None:
    assert "c2 says what c1 says" in (
        repetition(parts("Sing.", "Mention the sea.", "- mention THE sea")) or ""
    )
    assert "description" in (repetition(parts("Sing. Mention the sea.", "Mention the sea.")) or "")
    assert repetition(parts("Sing in English.", "In English.")) is None
