"""Events in, values out: one tolerant reader for every dialect, streamed or not.

What proves an end is a finish reason: `[DONE]` proves nothing, and its absence proves nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from json import loads

from .errors import BadAnswer, BrokenOff, LLMError, NoAnswer, TooMuch
from .failures import error_from_payload
from .sse import ServerEvent
from .text import TextJoiner, clean_word
from .tools import ToolReader
from .types import Event, Finished, Outcome, ReasoningDelta, TextDelta
from .usage import UsageReader

logger = logging.getLogger(__name__)

Delta = TextDelta | ReasoningDelta
Kind = type[TextDelta] | type[ReasoningDelta]
Payload = Mapping[str, object]

OUTCOMES: dict[str, Outcome] = {
    "stop": "complete", "end_turn": "complete", "stop_sequence": "complete", "pause_turn": "complete",
    "length": "cut_short", "max_tokens": "cut_short", "model_context_window_exceeded": "cut_short",
    "tool_calls": "tool_call", "tool_use": "tool_call", "function_call": "tool_call",
    "content_filter": "refused", "refusal": "refused",
}  # fmt: skip
REFUSAL_CHARS = 10_000


class AnswerReader:
    """Read one answer; after each batch `failure` and `done` say whether to go on."""

    def __init__(self, *, answer_chars: int, prompt_bytes: int | None = None) -> None:
        self.failure: LLMError | None = None
        self.done = False  # [DONE] was seen; what follows it is not ours
        self.finish_reason = ""
        self.visible = False  # a word of the answer, of the reasoning or of a refusal came
        self.usage = UsageReader()
        self._streamed = True
        self._left: dict[Kind, int] = {TextDelta: answer_chars, ReasoningDelta: answer_chars}
        self._joiners: dict[Kind, TextJoiner] = {TextDelta: TextJoiner(), ReasoningDelta: TextJoiner()}
        self._run: list[str] = []  # pieces of one kind that arrived together leave as one delta
        self._run_kind: Kind = TextDelta
        self._deltas: list[Delta] = []
        self._has_words = False
        self._answer_bytes = 0
        self._prompt_bytes = prompt_bytes
        self._refusal = ""
        self._refusal_joiner = TextJoiner()
        self._native_reason: object = ""
        self._model: object = ""
        self._upstream_id: object = ""
        self._plain_reasoning = False
        self._tools = ToolReader(answer_chars)
        self._unreadable = 0

    def read(self, events: Sequence[ServerEvent]) -> list[Delta]:
        """Return what `events` add to the answer, in order; neighbouring pieces of one kind are joined."""
        self._deltas = []
        for name, data in events:
            self._read_event(name, data)
            if self.done or self.failure is not None:
                break
        self._end_run()
        return self._deltas

    def read_whole(self, payload: Payload) -> list[Delta]:
        """Return the text of an answer that was not streamed."""
        self._deltas = []
        self._streamed = False
        self._read_payload(payload, "")
        self._end_run()
        return self._deltas

    def end(self) -> list[Event]:
        """Return the closing events; without a finish reason the last is missing and `failure` says why."""
        self._deltas = []
        for kind, joiner in self._joiners.items():
            self._add_clean(kind, joiner.rest())
        self._end_run()
        events: list[Event] = [*self._deltas]
        if self._unreadable:
            logger.warning("An answer held %d events that could not be read.", self._unreadable)
        self.failure = self.failure or self._missing_end()
        if self._refusal and not self._has_words:
            events.append(TextDelta(self._refusal))
        usage = self.usage.usage(answer_bytes=self._answer_bytes, prompt_bytes=self._prompt_bytes)
        if usage is not None and (self.failure is None or self.failure.had_text):
            events.append(usage)
        if self.failure is None:
            events.append(self._finished())
        return events

    def broken_off(self, detail: str) -> None:
        """Note that the connection died; after a finish reason nothing is missing."""
        if self.failure is None and not self.finish_reason:
            self.failure = BrokenOff(detail, had_text=self.visible)

    def _missing_end(self) -> LLMError | None:
        if self.finish_reason:
            return None
        if self.visible:
            return BrokenOff("no finish reason", had_text=True)
        return BadAnswer("no readable event") if self._unreadable else NoAnswer("empty stream")

    def _finished(self) -> Finished:
        return Finished(
            reason=clean_word(self.finish_reason, 64),
            native_reason=clean_word(self._native_reason, 64),
            outcome=self._outcome(),
            refusal=self._refusal,
            model=clean_word(self._model),
            upstream_id=clean_word(self._upstream_id),
            tool_calls=self._tools.calls(),
        )

    def _outcome(self) -> Outcome:
        word = self.finish_reason.lower()
        if word not in OUTCOMES:
            logger.warning("An answer ended with a finish reason that is new: %r", clean_word(word, 64))
        outcome = OUTCOMES.get(word, "complete")
        if outcome == "complete" and not self._has_words:
            return "refused" if self._refusal else "empty"
        return outcome

    def _read_event(self, name: str, data: str) -> None:
        try:
            payload = loads(data)
        except (ValueError, RecursionError):
            payload = None
        if type(payload) is dict:
            self._read_payload(payload, name)
        elif name == "error":
            self._fail({})
        elif data.strip() == "[DONE]":
            self.done = True
        elif data.strip():
            self._unreadable += 1

    def _read_payload(self, payload: Payload, name: str) -> None:
        if "event" in payload:
            payload = _unwrap(payload)
        choice = _own_choice(payload)
        if choice is not None:
            self._read_choice(choice)
        model, upstream_id = payload.get("model"), payload.get("id")
        self._model = model or self._model
        self._upstream_id = self._upstream_id or upstream_id
        if payload.get("usage") or "meta" in payload:
            self.usage.read(payload)
        if name == "error" or payload.get("error") or _is_error_status(payload.get("status")):
            self._fail(payload)
        elif choice is not None and (choice.get("error") or self.finish_reason.lower() == "error"):
            self._fail({"error": choice.get("error")})

    def _read_choice(self, choice: Payload) -> None:
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, dict):
            reasoning = self._reasoning(delta)
            if reasoning:
                self._add(ReasoningDelta, reasoning)
            content = delta.get("content")
            if content:
                self._add(TextDelta, content if isinstance(content, str) else _joined(content, "text"))
            if delta.get("refusal"):
                self._add_refusal(delta["refusal"])
            if delta.get("tool_calls") and not self._tools.read(delta["tool_calls"]):
                self._stop_at_limit()
        reason = choice.get("finish_reason")
        if reason and isinstance(reason, str):
            self.finish_reason = reason
            self._native_reason = choice.get("native_finish_reason") or self._native_reason

    def _reasoning(self, delta: Payload) -> str:
        """Return the thinking in `delta`: three names for one thing, of which only one is shown."""
        text = delta.get("reasoning") or delta.get("reasoning_content")
        if isinstance(text, str) and text:
            self._plain_reasoning = True
            return text
        details = delta.get("reasoning_details")
        if not details or self._plain_reasoning:
            return ""
        return _joined(details, "text", "summary")

    def _add_refusal(self, refusal: object) -> None:
        if isinstance(refusal, str) and len(self._refusal) < REFUSAL_CHARS:
            self._refusal += self._refusal_joiner.add(refusal)[:REFUSAL_CHARS]
            self.visible = True

    def _add(self, kind: Kind, text: str) -> None:
        self._add_clean(kind, self._joiners[kind].add(text))

    def _add_clean(self, kind: Kind, text: str) -> None:
        if not text:
            return
        left = self._left[kind] = self._left[kind] - len(text)
        if left < 0:
            text = text[:left]
            self._stop_at_limit()
        self.visible = True
        self._answer_bytes += len(text) if text.isascii() else len(text.encode())
        if kind is TextDelta and not self._has_words:
            self._has_words = not text.isspace()
        if kind is not self._run_kind:
            self._end_run()
            self._run_kind = kind
        self._run.append(text)

    def _end_run(self) -> None:
        if self._run:
            text = "".join(self._run)
            self._run.clear()
            if text:
                self._deltas.append(self._run_kind(text))

    def _stop_at_limit(self) -> None:
        self.failure = TooMuch("characters", had_text=True)

    def _fail(self, payload: Payload) -> None:
        had_text = self.visible and self._streamed
        self.failure = self.failure or error_from_payload(payload, had_text=had_text)


def _own_choice(payload: Payload) -> Payload | None:
    """Return the choice of index 0: others belong to nobody here."""
    choices = payload.get("choices")
    if isinstance(choices, list):
        for choice in choices:
            if isinstance(choice, dict) and not choice.get("index"):
                return choice
    return None


def _unwrap(payload: Payload) -> Payload:
    """Return the chunk inside the envelope of before 2026-02-13, with what its `state` knew."""
    chunk, state = payload.get("event"), payload.get("state")
    if not isinstance(chunk, dict):
        return payload
    counts = state.get("usage") if isinstance(state, dict) else None
    if chunk.get("usage") or not isinstance(counts, dict):
        return chunk
    usage = {"prompt_tokens": counts.get("input_tokens"), "completion_tokens": counts.get("output_tokens")}
    return {**chunk, "usage": usage}


def _is_error_status(status: object) -> bool:
    return isinstance(status, int) and status >= 400


def _joined(parts: object, *keys: str) -> str:
    """Join the first of `keys` that each part has as text."""
    if not isinstance(parts, list):
        return ""
    found: list[str] = []
    for part in parts:
        texts = [part.get(key) for key in keys] if isinstance(part, dict) else []
        found.extend([text for text in texts if isinstance(text, str)][:1])
    return "".join(found)
