"""`{% stamp %}`: what stands on a page for each message and differs only by its id is drawn once.

    {% stamp message.public_id as id by message.role several_models %}…{{ id }}…{% endstamp %}

draws the block for the first id; for each later one with equal values after `by` the id is put into what was
drawn. Whatever else the block reads must be the same all over the page. The buttons of twenty messages took a
seventh of the time of a conversation's page.
"""

from uuid import UUID

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context

register = template.Library()

ANY = UUID("ffffffff-ffff-4fff-bfff-ffffffffffff")  # of no row: ours are made at random


class StampNode(template.Node):
    def __init__(
        self, value: FilterExpression, name: str, by: list[FilterExpression], block: NodeList
    ) -> None:
        self.value, self.name, self.by, self.block = value, name, by, block

    def render(self, context: Context) -> str:
        value = self.value.resolve(context)
        request = getattr(context, "request", None)
        if request is None:  # a part by itself, which nothing outlives
            return self.draw(context, value)
        drawn = request.__dict__.setdefault("drawn_stamps", {})
        key = (self, *(one.resolve(context) for one in self.by))
        if key not in drawn:
            drawn[key] = self.draw(context, ANY).split(str(ANY))
        return str(value).join(drawn[key])

    def draw(self, context: Context, value: UUID) -> str:
        with context.push(**{self.name: value}):
            return str(self.block.render(context))


@register.tag
def stamp(parser: Parser, token: Token) -> StampNode:
    try:
        _, value, as_, name, *by = token.split_contents()
        if as_ != "as" or (by and by.pop(0) != "by"):
            raise ValueError
    except ValueError:
        raise template.TemplateSyntaxError("It is {% stamp VALUE as NAME by VALUE … %}.") from None
    block = parser.parse(("endstamp",))
    parser.delete_first_token()
    compiled = [parser.compile_filter(one) for one in by]
    return StampNode(parser.compile_filter(value), name, compiled, block)
