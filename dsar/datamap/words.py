"""Words of a map in the languages of its readers."""

from collections.abc import Mapping

Text = Mapping[str, str]  # {"zh": …, "en": …}
NO_TEXT: Text = {}


def say(text: Text, lang: str) -> str:
    """The words in the reader's language (zh-CN or en); '' when there are none."""
    return text.get("zh" if lang.startswith("zh") else "en", "")
