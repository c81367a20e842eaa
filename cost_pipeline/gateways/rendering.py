"""Letters as text and HTML. Values are escaped: a name is never markup or template."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from cost_pipeline.domain.messages import Letter


@dataclass(frozen=True)
class Rendered:
    """A letter in the two forms a mail has."""

    text: str
    html: str


def render(letter: Letter, *, is_possible_duplicate: bool = False) -> Rendered:
    """Render a letter with the two templates of the package."""
    facts = {"letter": letter, "is_possible_duplicate": is_possible_duplicate}
    text = _templates().get_template("letter.txt").render(facts)
    html = _templates().get_template("letter.html").render(facts)
    return Rendered(text.rstrip() + "\n", html)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("cost_pipeline.gateways"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
    )
    environment.globals["zip"] = zip
    return environment
