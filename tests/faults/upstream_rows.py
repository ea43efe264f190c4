"""The promises U3 to U22 and U24 as a table: what the upstream does, and what has to come of it.

The limits are short; a promise of "limit + 1 s" is meant with these.
"""

from dataclasses import dataclass

from conversations.management.fake_llm.scripts import whole_text

CHARACTERS = 20_000
ANSWER_S, FIRST_TEXT_S, SILENCE_S, RETRY_AFTER_S = 12, 8, 2, 3
LIMITS = {
    "ANSWERS_AT_ONCE": 200,
    "LLM_CONNECT_LIMIT_S": 5,
    "LLM_ANSWER_CHARACTERS": CHARACTERS,
    "LLM_ANSWER_LIMIT_S": ANSWER_S,
    "LLM_FIRST_TEXT_LIMIT_S": FIRST_TEXT_S,
    "LLM_SILENCE_LIMIT_S": SILENCE_S,
    "LLM_RETRY_AFTER_S": RETRY_AFTER_S,
    "LLM_RETRY_WITHIN_S": 7,
    "LLM_FINISH_LINGER_S": 1,
}
# What the person reads, to the letter.
SENTENCES = {
    "": "",
    "unreachable": "The model server cannot be reached. Try again in a moment.",
    "key": "The server’s access to the model was refused. Please tell your administrator.",
    "not_allowed": "The server may not use this model. Please tell your administrator.",
    "model_gone": "This model is not available any more. Please tell your administrator.",
    "rejected": "The model server did not accept the request. Please tell your administrator.",
    "too_long": "This conversation is too long for the model. Please start a new one.",
    "too_large": "The message is too large for the model server.",
    "busy": "The model is busy. Try again in a moment.",
    "upstream": "The model server reported an error. Try again in a moment.",
    "timeout": "The model took too long. Try again.",
    "no_answer": "No answer came from the model. Try again.",
    "bad_answer": "The model server sent something that is not an answer.",
    "empty": "The model ended without a word. Try again.",
    "silent": "The answer stopped coming. What arrived is kept.",
    "broken_off": "The answer broke off. What arrived is kept.",
    "too_much": "The answer was cut at the size limit. What arrived is kept.",
    "cut_short": "The answer reached its length limit.",
    "filtered": "The answer was stopped by the provider’s filter.",
    "stopped": "Stopped.",
}
ASKING_AGAIN_IS_VAIN = {"too_long", "too_large"}
OVER_BOTH = {  # what one transport could do otherwise than the other
    *("error-huge-500", "error-empty-500", "error-hang-500", "redirect", "redirect-loop", "refuse", "drop"),
    *("half-head", "garbage", "endless-headers", "endless-header", "hang", "headers", "cut-20@200"),
    *("reset-20@200", "half-line-20@200", "close-20@200", "short-20@200", "done-open-20@200", "json-20"),
    *("done-only-20@200", "giant-chunk-20@200", "endless-line@0", "gzip-bomb", "split"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`asked`: how often the upstream is asked, where that is promised; `stops`: the person presses Stop."""

    promise: str
    script: str
    status: str
    problem: str = ""
    within_s: float = 8
    asked: int | None = 1
    stops: bool = False

    @property
    def sentence(self) -> str:
        return SENTENCES["stopped" if self.status == "stopped" else self.problem]

    @property
    def offers_retry(self) -> bool:
        return self.status in {"failed", "interrupted"} and self.problem not in ASKING_AGAIN_IS_VAIN

    @property
    def text(self) -> str | None:
        """What is stored, or None where that depends on when it was cut."""
        return "" if self.status == "failed" else whole_text(self.script)

    def __str__(self) -> str:
        return f"{self.promise} {self.script}{' stopped' if self.stops else ''}"


def failed(promise: str, problem: str, *scripts: str, within_s: float, asked: int | None = 1) -> list[Row]:
    return [Row(promise, script, "failed", problem, within_s, asked) for script in scripts]


def interrupted(promise: str, problem: str, *scripts: str, within_s: float) -> list[Row]:
    return [Row(promise, script, "interrupted", problem, within_s) for script in scripts]


def done(
    promise: str, *scripts: str, problem: str = "", within_s: float = 8, asked: int | None = 1
) -> list[Row]:
    return [Row(promise, script, "done", problem, within_s, asked) for script in scripts]


def stopped(promise: str, *scripts: str) -> list[Row]:
    return [Row(promise, script, "stopped", within_s=1, stops=True) for script in scripts]


ROWS = [
    *failed("U3", "key", "error-401", within_s=1),
    *failed("U3", "not_allowed", "error-403", within_s=1),
    *failed("U4", "model_gone", "error-404", within_s=1),
    *failed("U4", "rejected", "error-400", within_s=1),
    *failed("U4", "too_long", "too-long", within_s=1),
    *failed("U4", "too_large", "error-413", within_s=1),
    *done("U5", "busy-1x1@200", "busy-absurdx1@200", within_s=12, asked=2),
    *failed("U5", "busy", "busy-1", "busy-date", within_s=12, asked=3),
    *failed("U5", "busy", "busy-past", "busy-negative", "busy-absurd", "busy-words", within_s=12, asked=3),
    *failed("U5", "busy", "busy-3600", within_s=1),
    *failed(
        "U6", "upstream", "error-500", "error-502", "error-html-502", "error-huge-500", within_s=8, asked=3
    ),
    *failed("U6", "upstream", "error-empty-500", within_s=8, asked=3),
    *failed("U6", "busy", "error-503", "error-529", within_s=8, asked=3),
    *failed("U6", "timeout", "error-504", within_s=2),
    *failed("U6", "no_answer", "empty", within_s=2),
    *failed("U6", "upstream", "error-hang-500", within_s=10),
    *done("U7", "error-503x2@200", within_s=10, asked=3),
    *failed("U8", "bad_answer", "redirect", "redirect-loop", within_s=1),
    *failed("U9", "upstream", "refuse", "drop", "half-head", within_s=2, asked=2),
    *failed("U9", "bad_answer", "garbage", "endless-headers", "endless-header", within_s=2),
    *failed("U10", "no_answer", "hang", "headers", "comments", "empty-deltas", within_s=FIRST_TEXT_S + 1),
    *stopped("U10", "hang", "headers", "comments", "empty-deltas"),
    *interrupted("U11", "silent", "stall-20@200", within_s=SILENCE_S + 1),
    *interrupted("U12", "broken_off", "cut-20@200", "reset-20@200", "half-line-20@200", within_s=2),
    *interrupted("U12", "broken_off", "close-20@200", "short-20@200", within_s=2),
    *done("U13", "no-done-20@200", "done-open-20@200", within_s=2),
    *interrupted("U13", "broken_off", "done-only-20@200", within_s=2),
    *done("U14", "junk-20@200", "wrong-shapes-20@200", "deep-20@200"),
    *failed("U14", "bad_answer", "json-deep", within_s=1),
    *interrupted("U15", "upstream", "error-event-20@200", within_s=1),
    # Nothing was shown yet: it is asked again, as for U6.
    *failed("U15", "upstream", "error-first", "json-error", within_s=8, asked=3),
    *failed("U16", "bad_answer", "html", "html-as-stream", within_s=1),
    *done("U16", "json-20", "json-as-stream-20", "mislabelled-20@200", within_s=1),
    *interrupted("U17", "too_much", "giant-chunk-20@200", within_s=8),
    *failed("U17", "no_answer", "endless-line@0", within_s=8),
    *failed("U17", "bad_answer", "gzip-bomb", within_s=8),
    *interrupted("U18", "too_much", "endless@0", within_s=ANSWER_S + 1),
    *interrupted("U18", "timeout", "endless@10", within_s=ANSWER_S + 1),
    *stopped("U18", "endless@20"),
    *done("U19", "words-10@1", "drip-3@400", within_s=ANSWER_S),
    *done("U20", "bad-bytes", "split", "bom-20@200", "separators", "nul", "surrogates"),
    *done("U21", "reasoning-20@200", "tool-calls-20@200", "second-choice-20@200", "after-done-20@200"),
    *done("U21", "foreign-model-20@200"),
    *done("U21", "refusal", problem="filtered"),
    *failed("U21", "empty", "tool-call-only", within_s=8),
    *done("U22", "length-20@200", problem="cut_short"),
    *done("U22", "filter-20@200", problem="filtered"),
    *done("U24", "hostile@20", within_s=4),
]
