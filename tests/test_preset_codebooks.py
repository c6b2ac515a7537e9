"""The shipped codebooks beside the default: the published names, sources named, nothing that stops publishing."""

from pathlib import Path

import pytest

from annotator.actions.codebook import create_codebook, publish_codebook
from annotator.formats import codebook as codebook_file
from annotator.models.descriptions import codebook_info
from annotator.queries import presets
from annotator.views.label_styles import stylesheet

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "codebooks"
FILES = sorted(FOLDER.glob("*.toml"))
BOOKS = {path.stem: codebook_file.parse(path.read_bytes()) for path in FILES}

# Card et al. 2015, table 1, with the fifteenth, Other.
FRAMES = """
Economic|Capacity and Resources|Morality|Fairness and Equality|Legality, Constitutionality and Jurisprudence
Policy Prescription and Evaluation|Crime and Punishment|Security and Defense|Health and Safety|Quality of Life
Cultural Identity|Public Opinion|Political|External Regulation and Reputation|Other
"""
# Labels of the published data of SemEval-2023 task 3, subtask 3.
TECHNIQUES = """
Appeal_to_Authority Appeal_to_Fear-Prejudice Appeal_to_Hypocrisy Appeal_to_Popularity Appeal_to_Time Appeal_to_Values
Causal_Oversimplification Consequential_Oversimplification Conversation_Killer Doubt Exaggeration-Minimisation
False_Dilemma-No_Choice Flag_Waving Guilt_by_Association Loaded_Language Name_Calling-Labeling
Obfuscation-Vagueness-Confusion Questioning_the_Reputation Red_Herring Repetition Slogans Straw_Man Whataboutism
"""
SOURCES = {
    "credibility-indicators": "10.1145/3184558.3188731",
    "fact-opinion-bias": "2021.findings-emnlp.101",
    "persuasion-techniques": "2023.semeval-1.317",
    "policy-frames": "P15-2072",
}


def test_the_presets_are_the_default_and_the_four_named_by_their_files():
    assert [info.slug for info in BOOKS.values()] == list(BOOKS) == list(SOURCES)
    assert list(presets()) == ["credence-default", *sorted(SOURCES, key=lambda slug: BOOKS[slug].title)]


@pytest.mark.parametrize("slug", BOOKS)
def test_a_preset_cites_its_source_and_says_that_its_words_are_its_own(slug):
    assert SOURCES[slug] in BOOKS[slug].guidelines
    assert "this codebook's own" in BOOKS[slug].guidelines
    assert FILES[list(BOOKS).index(slug)].read_text().startswith("# ")


@pytest.mark.parametrize("slug", BOOKS)
def test_every_label_says_when_to_use_it_and_when_not_with_an_example(slug):
    for label in BOOKS[slug].labels:
        assert all(word.strip() for word in (label.definition, label.use_when, label.not_when, label.when_in_doubt))
        assert label.examples
        assert all(example.endswith(" (invented)") for example in label.examples)


@pytest.mark.parametrize("slug", BOOKS)
def test_no_two_labels_of_a_preset_look_or_read_alike(slug):
    labels = BOOKS[slug].labels
    for field in ("name", "definition", "examples", "colour_light", "colour_dark", "position"):
        assert len({getattr(label, field) for label in labels}) == len(labels), field


@pytest.mark.parametrize("slug", BOOKS)
def test_every_point_of_a_preset_has_an_anchor_of_its_own(slug):
    for scale in BOOKS[slug].scales:
        assert scale.question.endswith("?")
        assert len({point.anchor for point in scale.points}) == len(scale.points)
        assert all(point.anchor for point in scale.points)


def test_policy_frames_are_the_published_fifteen_with_primary_frame_and_tone():
    book, names = BOOKS["policy-frames"], [name for line in FRAMES.split("\n") if line for name in line.split("|")]
    assert [label.name for label in book.labels] == names
    primary, tone = book.scales
    assert [point.name for point in primary.points if not point.missing] == names
    assert [(point.value, point.name) for point in tone.points if not point.missing] == [
        (-1, "Anti"),
        (0, "Neutral"),
        (1, "Pro"),
    ]


def test_persuasion_techniques_have_the_published_codes_and_the_three_genres():
    book = BOOKS["persuasion-techniques"]
    assert sorted(label.code for label in book.labels) == sorted(
        code.lower().replace("_", "-") for code in TECHNIQUES.split()
    )
    (genre,) = book.scales
    assert [point.name for point in genre.points if not point.missing] == ["Opinion", "Reporting", "Satire"]


def test_fact_and_opinion_has_three_levels_and_bias_two():
    opinion, bias = BOOKS["fact-opinion-bias"].scales
    assert [point.name for point in opinion.points if not point.missing] == [
        "Entirely factual",
        "Somewhat factual but also opinionated",
        "Expresses writer's opinion",
    ]
    assert [point.name for point in bias.points if not point.missing] == ["Non-biased", "Biased"]


def test_each_preset_is_stored_as_it_stands_published_and_drawn(cast):
    for info in presets().values():
        draft = create_codebook(actor=cast.ada, info=info)
        assert codebook_info(draft) == info
        publish_codebook(actor=cast.ada, codebook=draft)
        assert stylesheet(draft.labels.all()).count("::highlight(") == len(info.labels)
