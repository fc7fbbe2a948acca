"""English sentences as people write them, and the checks that a reader binds them to."""

from __future__ import annotations

from typing import Any

import pytest

from trace_builder.checks import recognise

WHOLE, PART = True, False

BOUND: list[tuple[str, bool, list[tuple[Any, ...]]]] = [
    # lengths: comparisons in front and behind, words and digits, ranges, joined limits
    ("Keep the whole reply under eighty words.", WHOLE, [("words", {"most": 79})]),
    ("Your essay must run to no fewer than 1,200 words.", WHOLE, [("words", {"least": 1200})]),
    ("Answer in 40 to 60 words.", WHOLE, [("words", {"least": 40, "most": 60})]),
    ("Use twenty-five words or fewer.", WHOLE, [("words", {"most": 25})]),
    ("Write a 250-word letter to the editor.", PART, [("words", {"about": 250})]),
    ("Draft a 300+ word report on tides.", PART, [("words", {"least": 300})]),
    (
        "The story should have at least 90 words, but no more than 120.",
        WHOLE,
        [("words", {"least": 90, "most": 120})],
    ),
    ("Don't write more than seven sentences.", WHOLE, [("sentences", {"most": 7})]),
    ("Reply with exactly four sentences.", WHOLE, [("sentences", {"least": 4, "most": 4})]),
    ("Organise the text in three or four paragraphs.", PART, [("paragraphs", {"least": 3, "most": 4})]),
    ("The output must not exceed 280 characters.", WHOLE, [("characters", {"most": 280})]),
    ("Use at least 50 different words.", WHOLE, [("unique_words", {"least": 50})]),
    ("The summary must stay below 60 words.", WHOLE, [("words", {"most": 59}, "passage")]),
    # scopes
    (
        "Every paragraph must contain at least two sentences.",
        WHOLE,
        [("sentences", {"least": 2}, "each paragraph")],
    ),
    ("No sentence should exceed 18 words.", WHOLE, [("words", {"most": 18}, "each sentence")]),
    ("Use at most 12 words per line.", WHOLE, [("words", {"most": 12}, "each line")]),
    (
        "Write three paragraphs, each with no more than four sentences.",
        WHOLE,
        [("paragraphs", {"least": 3, "most": 3}), ("sentences", {"most": 4}, "each paragraph")],
    ),
    ("The title must be at most eight words.", WHOLE, [("words", {"most": 8}, "title")]),
    (
        'The second paragraph must start with the word "Later".',
        WHOLE,
        [("first_word", {"text": "Later"}, "paragraph 2")],
    ),
    # words
    (
        "Include the keywords harbour, gull and rope.",
        WHOLE,
        [("word", {"word": w, "least": 1}) for w in ("harbour", "gull", "rope")],
    ),
    ("Mention “slow tide” at least three times.", WHOLE, [("word", {"word": "slow tide", "least": 3})]),
    (
        "The word 'maybe' may not appear anywhere in your answer.",
        WHOLE,
        [("word", {"word": "maybe", "most": 0})],
    ),
    (
        'Avoid the terms "synergy" and "leverage".',
        WHOLE,
        [("word", {"word": "synergy", "most": 0}), ("word", {"word": "leverage", "most": 0})],
    ),
    ('Use the phrase "in due course" once or less.', WHOLE, [("word", {"word": "in due course", "most": 1})]),
    (
        'It must contain neither "always" nor "never".',
        WHOLE,
        [("word", {"word": "always", "most": 0}), ("word", {"word": "never", "most": 0})],
    ),
    ('Include the word "dawn" or "dusk".', WHOLE, [("any_word", {"texts": ["dawn", "dusk"], "least": 1})]),
    ("The letter z should appear at least four times.", WHOLE, [("letter", {"letter": "z", "least": 4})]),
    ("Do not use the letter q.", WHOLE, [("letter", {"letter": "q", "most": 0})]),
    # beginnings and ends
    ('Begin your reply with "Dear reader".', WHOLE, [("start", {"text": "Dear reader"})]),
    ('End the letter with the exact phrase "Yours in haste".', WHOLE, [("end", {"text": "Yours in haste"})]),
    ("Finish with: See you on the quay.", WHOLE, [("end", {"text": "See you on the quay"})]),
    ("Add a postscript starting with P.S. at the end.", WHOLE, [("postscript", {"marker": "P.S."})]),
    ("Put your entire answer in double quotation marks.", WHOLE, [("quoted", {})]),
    ("Answer with one of: yes/no/unsure.", WHOLE, [("one_of", {"texts": ["yes", "no", "unsure"]})]),
    ("Before you answer, repeat the request word for word.", WHOLE, [("repeat", {})]),
    ("Give the piece a title in double angular brackets.", WHOLE, [("bracketed_titles", {"least": 1})]),
    # marks, case, languages
    (
        "Do not use any commas or exclamation marks.",
        WHOLE,
        [("mark", {"mark": ",", "most": 0}), ("mark", {"mark": "!", "most": 0})],
    ),
    ("Commas are not allowed.", WHOLE, [("mark", {"mark": ",", "most": 0})]),
    ("Your whole reply should be in capital letters.", WHOLE, [("upper_case", {})]),
    ("Use only lowercase letters.", WHOLE, [("lower_case", {})]),
    ("No capital letters are allowed.", WHOLE, [("lower_case", {})]),
    ("Use words in all caps at most three times.", WHOLE, [("capital_words", {"most": 3})]),
    ("Respond only in Portuguese.", WHOLE, [("language", {"language": "Portuguese"})]),
    (
        "Your answer should be in Thai, and no other language is allowed.",
        WHOLE,
        [("language", {"language": "Thai"})],
    ),
    ("Add at least two emojis.", WHOLE, [("emoji", {"least": 2})]),
    # forms
    ("Return the whole output as JSON and nothing else.", WHOLE, [("json", {"only": True})]),
    ('Return a JSON object with the keys "name" and "age".', WHOLE, [("json", {"keys": ["name", "age"]})]),
    ("Present the prices in a table.", PART, [("table", {})]),
    ("Include a table with three columns.", WHOLE, [("table", {"columns": 3})]),
    ("Give exactly five bullet points.", WHOLE, [("bullets", {"least": 5, "most": 5})]),
    ("List the steps in a numbered list.", PART, [("list", {"style": "numbered"})]),
    ("Use Markdown.", PART, [("format", {"format": "Markdown"})]),
    (
        "Highlight at least two sections with markdown, such as *this part*.",
        PART,
        [("highlights", {"least": 2})],
    ),
    (
        "Include at least three placeholders in square brackets, such as [date].",
        PART,
        [("placeholders", {"least": 3})],
    ),
    (
        "Your text must have three sections marked with PART X.",
        WHOLE,
        [("sections", {"marker": "PART", "least": 3})],
    ),
    (
        "Give two different answers, separated by six asterisks (******).",
        PART,
        [("parts", {"divider": "******", "least": 2, "most": 2})],
    ),
    # several clauses
    (
        "Your answer should be in English, contain no commas, and be fewer than 10 sentences.",
        WHOLE,
        [
            ("language", {"language": "English"}),
            ("mark", {"mark": ",", "most": 0}),
            ("sentences", {"most": 9}),
        ],
    ),
    (
        "Write a cheerful song about trains with at least 100 words and without using any commas.",
        PART,
        [("mark", {"mark": ",", "most": 0}), ("words", {"least": 100})],
    ),
    # what narrows, and what only seems to
    ('Avoid using the word "just" more than three times.', WHOLE, [("word", {"word": "just", "most": 3})]),
    (
        'The word "innovation" should not appear more than twice.',
        WHOLE,
        [("word", {"word": "innovation", "most": 2})],
    ),
    ("Avoid using the letter i more than twice.", WHOLE, [("letter", {"letter": "i", "most": 2})]),
    ('Use "and" no more than five times.', WHOLE, [("word", {"word": "and", "most": 5})]),
    (
        'Include at least three of the following words: "river", "stone", "cloud", "ash".',
        WHOLE,
        [("any_word", {"texts": ["river", "stone", "cloud", "ash"], "least": 3})],
    ),
    (
        'Use the exact sentence "The sky is falling." as the last line.',
        WHOLE,
        [("end", {"text": "The sky is falling."})],
    ),
    ("Use at least 10 words in capital letters.", WHOLE, [("capital_words", {"least": 10})]),
    (
        "Write your reply as a numbered list with exactly six items.",
        WHOLE,
        [("numbered", {"least": 6, "most": 6})],
    ),
    ("Give it as a bulleted list of five items.", WHOLE, [("bullets", {"least": 5, "most": 5})]),
    ("Write one or two sentences.", WHOLE, [("sentences", {"least": 1, "most": 2})]),
    ("A 280-character tweet.", PART, [("characters", {"about": 280})]),
    ('Include a table with the columns "Tea" and "Pot".', WHOLE, [("table", {"headers": ["Tea", "Pot"]})]),
    ("Show it as a Markdown table.", PART, [("table", {})]),
    ("Give no e-mail addresses and no phone numbers.", WHOLE, [("personal_data", {})]),
    ("Do not share any phone numbers.", WHOLE, [("personal_data", {"data": "phone"})]),
    ("Do not reveal her phone number, home town or e-mail address.", PART, [("personal_data", {})]),
    ("Write exactly 4 bullet points of at most 10 words.", PART, [("bullets", {"least": 4, "most": 4})]),
    (
        'At least three bullet points must mention "safety".',
        PART,
        [("word", {"word": "safety", "least": 1}), ("bullets", {"least": 3})],
    ),
    ("Include exactly one rhetorical question.", PART, [("mark", {"mark": "?", "least": 1})]),
    ("Put the key terms in bold.", PART, [("bold", {"least": 1})]),
    ("Give all prices to three decimal places.", PART, [("decimals", {"n": 3})]),
    ("Start every paragraph with a cheerful emoji.", PART, [("emoji", {"least": 1}, "each paragraph")]),
    ('Phrase the thesis as "Neither ..., nor ...".', PART, [("pattern", {"texts": ["Neither", "nor"]})]),
    (
        "Cite a source after each claim with marks such as [1].",
        PART,
        [("citations", {"style": "number", "least": 1})],
    ),
    ('Use "###" for the parts of a chapter.', PART, [("headings", {"level": 3, "least": 1})]),
    ("Split the guide into titled sections.", PART, [("headings", {"least": 2})]),
    (
        'Avoid openings of this kind: "Since the dawn of time, ...".',
        PART,
        [("not_start", {"text": "Since the dawn of time"})],
    ),
    (
        "The body of the email should be between 80 and 120 words long.",
        WHOLE,
        [("words", {"least": 80, "most": 120}, "passage")],
    ),
    (
        "Fill in this form:\nName: ...\nPlace: ...\nReason: ...",
        PART,
        [("labels", {"texts": ["Name", "Place", "Reason"]})],
    ),
]

NOT_BOUND = [
    "List exactly 15 words.",
    "Suggest three sentences that could open the letter.",
    'Divide the guide into sections headed with "##".',
    # a part that nobody can point at
    "Each recipe should be described in no more than 40 words.",
    "The introduction must have at least 100 words.",
    "For every character, write two sentences.",
    'Under "Costs", give three bullet points.',
    "Explain each step in at most 20 words.",
    # conditions and choices
    "If the reader is a child, use at most 50 words.",
    "Where appropriate, use a table.",
    "You may use bullet points or a table.",
    # things that only look like limits or words
    "The bridge must carry at least 50 tonnes.",
    "Describe three characters who meet at a station.",
    "Bake the cake for about 30 minutes.",
    "The function should return a table of at most 100 rows.",
    "Write the headline in French.",
    "Translate the sentence into German and comment on it.",
    "Do not use too many commas.",
    "Do not use the letter e too often.",
    'Use a button labelled "Download now".',
    "Write the most important warning in capital letters.",
    "Every third word must be in Greek.",
    "Write in a friendly tone.",
    "Make it understandable for ten-year-old pupils.",
    "Mention the sea.",
    "Stay within your budget of 500 dollars.",
    "Do not use exclamation marks too often.",
    "Do not use the letter e too often.",
    'Do not use the word "very" in the introduction.',
    'Do not use the word "very" repeatedly.',
    'The word "very" should not be used as the first word.',
    'Do not use the word "just" exactly three times.',
    'Use terms such as "ROI" and "KPI" in the text.',
    'Include a greeting such as "Dear Ms Lee,".',
    'Use the word "love" where appropriate.',
    'Write "N/A" where information is missing.',
    'Use "they" instead of "he".',
    'Include the line "To be or not to be" or a paraphrase of it.',
    "Keep sentences short (under 20 words).",
    "Use simple sentences of no more than 12 words each.",
    "Write 5 examples, at most 20 words.",
    "Avoid long paragraphs; four sentences at most.",
    "Spend no more than 100 words on the background.",
    "Limit yourself to 5 sentences for the plot summary.",
    "Write at least 200 words on each topic.",
    "Using no more than 3 sentences, describe the plot and then list the characters.",
    "The script should print at least 10 lines.",
    "Separate the two options with a line of three dashes.",
    'Put the final answer on its own line, starting with "Answer:".',
    'Use at least five words that start with "b".',
    'End with "Thanks" and your name.',
    "Half of the response should be in Chinese.",
    "Include a short passage in German.",
    "Do not write in all caps.",
    "Write all in caps except for names.",
    "Use no more than one table.",
    "Explain JSON to a friend.",
    "No more than three words should be in bold.",
    "Use at most two rhetorical questions.",
    "Do not use emojis except in the title.",
    "Use a comma only if the sentence is long.",
    "Do not answer in this form:\nName: ...\nPlace: ...",
    "Follow this structure:\nFirst paragraph: say what it is about\nSecond paragraph: say why it matters",
]


@pytest.mark.parametrize(("text", "whole", "claims"), BOUND, ids=[text for text, _, _ in BOUND])
def test_a_sentence_is_bound_to_what_it_asks_for(
    text: str, whole: bool, claims: list[tuple[Any, ...]]
) -> None:
    check = recognise(text)
    assert check is not None
    found = [(claim.kind, dict(claim.parameters), claim.scope) for claim in check.claims]
    expected = [(kind, parameters, *(scope or ("response",))) for kind, parameters, *scope in claims]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert check.whole is whole


@pytest.mark.parametrize("text", [text for text, _, _ in BOUND])
def test_marks_and_spacing_around_a_sentence_change_nothing(text: str) -> None:
    check = recognise(text)
    for marked in (f"- {text}", f"4. {text}", f"  {text}\n", text.rstrip(".")):
        assert recognise(marked) == check, marked


@pytest.mark.parametrize("text", NOT_BOUND)
def test_in_doubt_nothing_is_bound(text: str) -> None:
    assert recognise(text) is None
