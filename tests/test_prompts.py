from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest

from prompts.template import NAMES, PromptError, load_prompt, parse_prompt

# A changed text needs a new version, and then its line here: what was measured with one is not true of another.
PINNED = {
    ("summary", "zh"): (1, "ec2d7ef5e8dff444"),
    ("summary", "en"): (1, "9bc46e6161814a1d"),
    ("answer", "zh"): (1, "051016cebddef926"),
    ("answer", "en"): (1, "a19ae2e2dcc0dffb"),
    ("condense", "zh"): (1, "08a53149df58365d"),
    ("condense", "en"): (1, "bef42e87d8bd3c37"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_changed_prompt_has_a_new_version(name: str, language: str) -> None:
    text = files("prompts").joinpath(f"{name}.{language}.md").read_bytes()
    version = parse_prompt(text.decode("utf-8"), name).version
    assert PINNED[name, language] == (version, hashlib.sha256(text).hexdigest()[:16])


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_want_the_same_variables(name: str) -> None:
    assert load_prompt(name, "zh").variables == load_prompt(name, "en").variables


FRONT = "---\nversion: 1\nvariables: question\n---\n"


@pytest.mark.parametrize(
    "text",
    [
        "# system\n写 $question",
        FRONT + "写 $question",
        FRONT + "# system\n写",
        FRONT + "# system\n写 $question $title",
        "---\nversion: x\nvariables: question\n---\n# system\n$question",
    ],
)
def test_a_file_that_is_not_as_declared_is_refused(text: str) -> None:
    with pytest.raises(PromptError):
        parse_prompt(text, "test")


def test_just_the_declared_variables_are_put_in() -> None:
    prompt = parse_prompt(FRONT + "# system\n写 JSON：{}\n# user\n$question\n", "test")
    assert prompt.fill(question="何时？$5") == [("system", "写 JSON：{}"), ("user", "何时？$5")]
    with pytest.raises(PromptError):
        prompt.fill()
    with pytest.raises(PromptError):
        prompt.fill(question="", title="")
