"""A causal language model through transformers, asked for a few sentences within a time that is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from models.contracts import ModelUnavailable
from models.encoders.device import pick_device


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is told it is, and what it is asked."""

    system: str
    user: str


class Writer(Protocol):
    """Writes one short text. Blocks; use a thread."""

    def write(self, prompt: Prompt, *, max_tokens: int, limit_s: float) -> str:
        """The text, perhaps cut off after `max_tokens` or `limit_s`; perhaps empty, perhaps nonsense."""
        ...


class CausalWriter:
    """Any model that `AutoModelForCausalLM` loads, with its own tokenizer and, where it has one, its chat template."""

    def __init__(self, model: Any, tokenizer: Any, device: str) -> None:
        self._model, self._tokenizer, self._device = model.to(device).eval(), tokenizer, device

    def write(self, prompt: Prompt, *, max_tokens: int, limit_s: float) -> str:
        """Greedy, so that the same facts are told in the same words."""
        inputs = self._inputs(prompt)
        length = inputs["input_ids"].shape[1]
        with torch.inference_mode():
            made = self._model.generate(
                **inputs,
                max_new_tokens=max_tokens,
                max_time=limit_s,
                do_sample=False,
                pad_token_id=self._pad(),
            )
        return str(self._tokenizer.decode(made[0][length:], skip_special_tokens=True)).strip()

    def _inputs(self, prompt: Prompt) -> Mapping[str, Any]:
        """Ids and mask, shape (1, n)."""
        if self._tokenizer.chat_template:
            messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
            text = self._tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
            )
            found = self._tokenizer(text, return_tensors="pt", add_special_tokens=False)
        else:
            found = self._tokenizer(f"{prompt.system}\n\n{prompt.user}\n", return_tensors="pt")
        return {name: found[name].to(self._device) for name in ("input_ids", "attention_mask")}

    def _pad(self) -> int | None:
        pad: int | None = self._tokenizer.pad_token_id
        end: int | None = self._tokenizer.eos_token_id
        return end if pad is None else pad


def load_writer(name: str, *, device: str = "auto") -> CausalWriter:
    """The model in a local folder or on the Hugging Face hub. Raises ModelUnavailable, one line that says why."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForCausalLM.from_pretrained(name, dtype="auto")
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelUnavailable(f"The language model '{name}' cannot be had: {reason}") from error
    return CausalWriter(model, tokenizer, pick_device(device))
