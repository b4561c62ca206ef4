"""A sentence in both languages of the product."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """The same thing said in Chinese and in English; `dataclasses.asdict` gives the contract's `{zh, en}`."""

    zh: str
    en: str

    def with_period(self, period: "Text | None") -> "Text":
        """This text with `{period}` in it replaced by the period's own words."""
        if period is None:
            return self
        return Text(
            zh=self.zh.replace("{period}", period.zh),
            en=self.en.replace("{period}", period.en),
        )
